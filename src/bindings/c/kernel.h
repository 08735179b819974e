// What the handles of tidemark.h stand for, and what its translations share: answers and failures
// go into the kernel, events into its ring.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/encoder.h"
#include "base/result.h"
#include "bindings/c/tidemark.h"
#include "crdt/doc.h"
#include "crdt/text.h"
#include "crdt/undo.h"
#include "crdt/update.h"

struct tm_kernel {
  // The bytes stay where they are until a round through the ring is full. What does not fit a
  // quarter of the ring has a place of its own until the next of these.
  const uint8_t* keep(tidemark::Bytes bytes);

  tm_status succeed(tidemark::Buffer bytes, tm_status status = TM_OK);
  tm_status succeed(const tidemark::crdt::Any& value, tm_status status = TM_OK);
  tm_status fail(tidemark::Error error);

  tidemark::Buffer input;
  tidemark::Buffer output;
  std::string detail;
  std::array<uint8_t, 1 << 16> ring;
  size_t ring_at = 0;
  tidemark::Buffer large;
  std::vector<tm_event> events;
  tm_bytes answer{};
  tm_bytes failure{};
  tm_event_list event_list{};
};

struct tm_doc {
  tm_doc(tm_kernel& owner, const tidemark::crdt::DocOptions& options)
      : kernel(owner), doc(options) {}

  tidemark::crdt::SharedType type(tm_type branch) const { return {doc.document(), branch}; }
  // The text behind the number, null for a type of another kind. Valid until asked for another.
  tidemark::crdt::Text* text(tm_type branch);
  void note(uint32_t format, const tidemark::crdt::UpdateEvent& event);

  tm_kernel& kernel;
  tidemark::crdt::Doc doc;
  tidemark::crdt::Text recent_text;  // typing asks for one and the same
  tidemark::crdt::Subscription v1;
  tidemark::crdt::Subscription v2;
};

struct tm_history {
  tm_history(tm_kernel& owner, tidemark::crdt::UndoStack undo_stack)
      : kernel(owner), stack(std::move(undo_stack)) {}

  tm_kernel& kernel;
  tidemark::crdt::UndoStack stack;
};

namespace tidemark::bindings {

inline std::string_view text_of(const uint8_t* data, size_t size) { return as_text({data, size}); }
inline Bytes bytes_of(const tm_bytes& bytes) { return {bytes.data, bytes.size}; }

inline crdt::UpdateFormat format_of(uint32_t format) {
  return format == TM_V2 ? crdt::UpdateFormat::kV2 : crdt::UpdateFormat::kV1;
}

// An array, a value like every other, of which the elements follow.
void append_array(Encoder& to, size_t count);
void append_numbers(Encoder& to, std::initializer_list<double> numbers);

// Undefined for no bytes.
Result<crdt::Any> value_of(Bytes bytes);
// [text, value]: how a call gets two things of different kinds at once.
Result<std::pair<std::string, crdt::Any>> pair_of(Bytes bytes);
// kMalformed unless it is an object, or undefined for none.
Result<crdt::Attributes> attributes_of(const crdt::Any& value);
// A list of varbytes.
Result<std::vector<Bytes>> list_of(Bytes bytes);

// No kind for the numbers that none has.
inline crdt::TypeRef kind_of(uint32_t number) {
  return static_cast<crdt::TypeRef>(number <= TM_XML_TEXT ? number : TM_XML_TEXT + 1);
}
bool is_text(crdt::TypeRef kind);
bool is_xml_parent(crdt::TypeRef kind);
bool is_map(crdt::TypeRef kind);

// What is about to change documents forgets the events of what was before.
inline tm_status entered(tm_doc* doc) {
  if (doc == nullptr) return TM_FREED;
  doc->kernel.event_list.count = 0;
  doc->kernel.events.clear();
  return TM_OK;
}

tm_status wrong_kind(tm_doc& doc);

template <typename T>
tm_status status_of(tm_kernel& kernel, const Result<T>& result) {
  return result ? TM_OK : kernel.fail(result.error());
}

}  // namespace tidemark::bindings
