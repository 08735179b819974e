// Documents for every language that can call C, and the export list of the wasm module: there is no
// other binary interface. Nothing is called back: what a call has caused is told afterwards, by
// tm_events().
//
// A kernel, its documents and histories belong to one thread at a time. Pointers come from here and
// are valid until they are closed; a null document is refused with TM_FREED, so a caller that sets
// its pointers to null cannot use what it gave up.
//
// Texts are UTF-8, positions count UTF-16 code units. A *value* is an `any` of lib0
// (src/crdt/value.h has its grammar), attributes are an object of these, a list of bytes is
// varbytes one after the other. Bytes that are passed in are read during the call only.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TM_API __attribute__((visibility("default")))

typedef struct tm_kernel tm_kernel;
typedef struct tm_doc tm_doc;
typedef struct tm_history tm_history;

// A shared type of one document: a number that counts only together with it, and as long.
typedef uint32_t tm_type;

// What calls return that can fail; what is not negative is the answer.
typedef int32_t tm_status;
enum {
  TM_OK = 0,
  TM_MALFORMED = -1,  // bytes do not follow their grammar
  TM_TOO_LARGE = -2,  // a limit is exceeded
  TM_DENIED = -3,
  TM_CONFLICT = -4,  // it contradicts what is there: a root of another kind
  TM_BUSY = -5,
  TM_FULL = -6,
  TM_READ_ONLY = -7,
  TM_CORRUPT = -8,
  TM_TOO_NEW = -9,
  TM_UNAVAILABLE = -10,
  TM_UNSUPPORTED = -11,
  TM_INVALID = -12,  // an argument out of its range
  TM_FREED = -100,   // the document or history is null
};

enum { TM_V1 = 1, TM_V2 = 2 };

enum {
  TM_ARRAY = 0,
  TM_MAP = 1,
  TM_TEXT = 2,
  TM_XML_ELEMENT = 3,
  TM_XML_FRAGMENT = 4,
  TM_XML_HOOK = 5,
  TM_XML_TEXT = 6,
  TM_UNKNOWN = 255,  // a root that only updates have named
};

typedef struct {
  const uint8_t* data;
  size_t size;
} tm_bytes;

typedef struct {
  uint32_t format;    // of the update: TM_V1 or TM_V2
  uint32_t is_local;  // 0 for what came by tm_apply
  tm_bytes update;
  double origin;  // of its transaction
} tm_event;

typedef struct {
  const tm_event* first;
  size_t count;
} tm_event_list;

// --- the kernel

TM_API tm_kernel* tm_open(void);
// After everything that belongs to it.
TM_API void tm_close(tm_kernel* kernel);
// Room for arguments; valid until it is asked for more than ever before.
TM_API uint8_t* tm_input(tm_kernel* kernel, size_t size);
// Where the answers of calls lie that have bytes to answer. The place never changes; what lies
// there is valid until the next call that answers bytes.
TM_API const tm_bytes* tm_answer(const tm_kernel* kernel);
// What went wrong in the last call that failed, for people. The place never changes.
TM_API const tm_bytes* tm_failure(const tm_kernel* kernel);
// What the last call that may change documents caused. The place never changes; the bytes lie in a
// ring and stay there until some 64 kB of later events were written.
TM_API const tm_event_list* tm_events(const tm_kernel* kernel);

// Wasm only. What a trap was about: an assertion or "out of memory". Readable after the trap.
TM_API const tm_bytes* tm_last_words(void);
// Wasm only. The module traps at the allocation that made it take more than this of the machine; 0
// is no limit but that of the machine.
TM_API void tm_limit_memory(size_t bytes);

// --- documents

// Client ids are whole numbers below 2^53, distinct for every replica that edits at the same time;
// null for numbers that are not in this range.
TM_API tm_doc* tm_doc_open(tm_kernel* kernel, double client_id, double seed,
                           uint32_t collects_garbage);
// Not inside a transaction: that is a bug, which traps.
TM_API void tm_doc_close(tm_doc* doc);
TM_API double tm_client_id(const tm_doc* doc);

// Which updates tm_events() tells of: a sum of TM_V1 and TM_V2.
TM_API tm_status tm_watch(tm_doc* doc, uint32_t formats);
// Edits in between are one transaction, with one update; nested ones join.
TM_API tm_status tm_begin(tm_doc* doc, double origin);
TM_API tm_status tm_end(tm_doc* doc);

// A root type, by name and kind; TM_INVALID if the name is not UTF-8 or there is no such kind.
TM_API tm_status tm_root(tm_doc* doc, const uint8_t* name, size_t size, uint32_t kind);

TM_API tm_status tm_apply(tm_doc* doc, uint32_t format, const uint8_t* update, size_t size,
                          double origin);
// A list of updates, each in a transaction of its own. Those before a bad one have been applied.
TM_API tm_status tm_apply_all(tm_doc* doc, uint32_t format, const uint8_t* updates, size_t size,
                              double origin);
// Answers what a replica with that state vector lacks; with no bytes, everything.
TM_API tm_status tm_encode_state(tm_doc* doc, uint32_t format, const uint8_t* vector, size_t size);
TM_API tm_status tm_state_vector(tm_doc* doc);
// 1 if something waits for an update that has not come.
TM_API tm_status tm_has_pending(tm_doc* doc);
// Answers a value: every typed root by name.
TM_API tm_status tm_doc_json(tm_doc* doc);
TM_API double tm_memory(const tm_doc* doc);

// --- updates without a document

TM_API tm_status tm_merge(tm_kernel* kernel, uint32_t format, const uint8_t* updates, size_t size);
// Of an update and a state vector.
TM_API tm_status tm_diff(tm_kernel* kernel, uint32_t format, const tm_bytes* update,
                         const tm_bytes* vector);
TM_API tm_status tm_vector_of(tm_kernel* kernel, uint32_t format, const uint8_t* update,
                              size_t size);
// Into the format.
TM_API tm_status tm_convert(tm_kernel* kernel, uint32_t format, const uint8_t* update, size_t size);

// --- shared types

// Its kind; TM_INVALID once it or what it lies in was deleted.
TM_API tm_status tm_kind(tm_doc* doc, tm_type type);
TM_API tm_status tm_length(tm_doc* doc, tm_type type);
// Answer a value, and UTF-8.
TM_API tm_status tm_json(tm_doc* doc, tm_type type);
TM_API tm_status tm_string(tm_doc* doc, tm_type type);
// Answers the name of an XML element or hook, in UTF-8.
TM_API tm_status tm_name(tm_doc* doc, tm_type type);

// --- texts

// One UTF-16 code unit: the fast way to type. Half of a pair becomes U+FFFD.
TM_API tm_status tm_insert_unit(tm_doc* doc, tm_type text, uint32_t index, uint32_t unit);
TM_API tm_status tm_insert(tm_doc* doc, tm_type text, uint32_t index, const uint8_t* utf8,
                           size_t size);
// [text or embed, attributes]: a value.
TM_API tm_status tm_insert_with(tm_doc* doc, tm_type text, uint32_t index, const uint8_t* what,
                                size_t size);
TM_API tm_status tm_format(tm_doc* doc, tm_type text, uint32_t index, uint32_t count,
                           const tm_bytes* attributes);
// [{insert | retain | delete, attributes}...]: a value.
TM_API tm_status tm_apply_delta(tm_doc* doc, tm_type text, const uint8_t* delta, size_t size);
TM_API tm_status tm_delta(tm_doc* doc, tm_type text);
// Of texts and lists.
TM_API tm_status tm_erase(tm_doc* doc, tm_type type, uint32_t index, uint32_t count);

// --- lists: arrays and children of XML

// As an index into an array: behind everything, deleted elements too, as push() of Yjs. That is not
// the same as at its length.
#define TM_END UINT32_MAX

// An array of values, into an array.
TM_API tm_status tm_list_insert(tm_doc* doc, tm_type list, uint32_t index, const uint8_t* values,
                                size_t size);
// A new type, which is the answer. The name is that of an XML element or hook.
TM_API tm_status tm_list_insert_type(tm_doc* doc, tm_type list, uint32_t index, uint32_t kind,
                                     const tm_bytes* name);
// What is at a place: see below.
TM_API tm_status tm_list_at(tm_doc* doc, tm_type list, uint32_t index);
// All of it, one after the other: each is a byte, what tm_list_at would return, and the value.
TM_API tm_status tm_list_values(tm_doc* doc, tm_type list);

// --- entries of maps, attributes of XML elements

// [key, value]: a value.
TM_API tm_status tm_entry_set(tm_doc* doc, tm_type map, const uint8_t* entry, size_t size);
TM_API tm_status tm_entry_set_type(tm_doc* doc, tm_type map, uint32_t kind, const uint8_t* key,
                                   size_t size);
TM_API tm_status tm_entry_erase(tm_doc* doc, tm_type map, const uint8_t* key, size_t size);
TM_API tm_status tm_entry_at(tm_doc* doc, tm_type map, const uint8_t* key, size_t size);
// 1 if there is such an entry.
TM_API tm_status tm_entry_has(tm_doc* doc, tm_type map, const uint8_t* key, size_t size);
// Answers a value: an array of strings.
TM_API tm_status tm_entry_keys(tm_doc* doc, tm_type map);

// What tm_list_at and tm_entry_at return, and what they answer with it.
enum {
  TM_NOTHING = 0,
  TM_VALUE = 1,        // a value
  TM_TYPE = 2,         // [type, kind]: a value
  TM_SUBDOCUMENT = 3,  // [guid, options]: a value
};

// --- relative positions

// Answers the bytes of a place before unit `index`, or TM_INVALID if the type is gone.
TM_API tm_status tm_position(tm_doc* doc, tm_type type, uint32_t index, int32_t assoc);
// 1 with the value [type, kind, index, assoc] as answer, or 0 if the place is not known here.
TM_API tm_status tm_find_position(tm_doc* doc, const uint8_t* position, size_t size);

// --- undo

// Of these types with what lies in them; of none, the whole document. Origins are those whose edits
// it takes back.
TM_API tm_history* tm_history_open(tm_doc* doc, const tm_type* scope, size_t scope_count,
                                   const double* origins, size_t origin_count,
                                   double capture_timeout_ms);
TM_API void tm_history_close(tm_history* history);
// The time that counts for edits from now on, in ms; must not go back.
TM_API tm_status tm_history_time(tm_history* history, double now_ms);
// 1 if there was something to take back, or to bring back.
TM_API tm_status tm_undo(tm_history* history);
TM_API tm_status tm_redo(tm_history* history);
// How many steps could be.
TM_API tm_status tm_undo_count(tm_history* history);
TM_API tm_status tm_redo_count(tm_history* history);
// The next edit begins a step of its own.
TM_API tm_status tm_stop_capturing(tm_history* history);
TM_API tm_status tm_clear_history(tm_history* history);

#ifdef __cplusplus
}
#endif
