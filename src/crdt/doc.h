// A document that merges: a replica of what everybody who shares it has written, byte-compatible
// with Yjs 13.6. Updates may arrive in any order and any number of times; replicas that have seen
// the same updates are equal.
//
// Threads: a Doc, the handles to its types, its ranges, its subscriptions and its undo stacks
// belong to one thread at a time. Different documents share nothing: each may have a thread of its
// own, and all of them may move to another thread together, while no call runs. The library starts
// no threads, takes no locks and has no global state but the assertion hook. Updates, state
// vectors, snapshots and positions are values and may go anywhere.
//
// Units: positions and lengths count UTF-16 code units of text and elements of lists, as Yjs does;
// an embed counts one. Text goes in and out as UTF-8. Clocks count units of content, deleted ones
// and formats too. What is called bytes or size is bytes.
//
// Errors: what a caller or a stranger may get wrong returns a Result, and the document is as it
// was. What is not there is nullopt. A bug in the program that calls, such as to use a handle whose
// Doc is gone, ends the process, without a word unless a hook says what was wrong:
// set_assertion_hook() in base/assert.h.
//
// Edits outside of transact() are transactions of their own. Callbacks run when a transaction is
// complete, on the thread that ended it. They may subscribe and unsubscribe, and they may edit:
// each edit is a transaction that waits until those before it are told, at a constant cost of its
// own. As in Yjs, what one that waits is told of includes what the same clients wrote until its
// turn: n edits of one callback make updates, and merging of what does not merge, of n * n / 2 in
// all, while a chain in which each answers the one before stays linear. Callbacks may not destroy
// the Doc, which is a bug, nor throw: the library knows no exceptions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/result.h"
#include "crdt/array.h"
#include "crdt/delete_set.h"
#include "crdt/event.h"
#include "crdt/gc_policy.h"
#include "crdt/inspect.h"
#include "crdt/integration_rule.h"
#include "crdt/map.h"
#include "crdt/state_vector.h"
#include "crdt/text.h"
#include "crdt/update_limits.h"
#include "crdt/xml.h"

namespace tidemark::crdt {

// Updates have room for these; a document with a greater id is a bug in the program.
inline constexpr uint64_t kMaxClientId = (uint64_t{1} << 53) - 1;

class Doc;

struct DocOptions {
  // Distinct for every replica that edits at the same time; kMaxClientId at most.
  uint64_t client_id = 1;
  // Where a new client id comes from when a peer turns out to write under ours.
  uint64_t seed = 0;
  // When the content of deleted items is given up.
  GcPolicy gc = GcPolicy::always();
  // Whether formats that say the same twice are removed after a remote change, by a local
  // transaction. Editors want it; a server that only relays must not write.
  bool cleans_formatting = true;
  // For a document that nobody has written to yet. One that has content follows the rule of those
  // who wrote it, whatever stands here.
  IntegrationRule rule = IntegrationRule::kYata;
};

// A transaction for as long as it lives: one update, one event per type. Those within join it. The
// Doc may move meanwhile, but not die.
class Transaction {
 public:
  explicit Transaction(Doc& doc, Origin origin = 0);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

 private:
  Document& document_;
};

class Doc {
 public:
  explicit Doc(const DocOptions& options = {});
  // In a transaction or a callback of its own it is a bug, and so is to assign another Doc to it.
  ~Doc();
  // Handles and subscriptions go along. What was moved from may only be assigned to or destroyed:
  // anything else is a bug.
  Doc(Doc&&) noexcept;
  Doc& operator=(Doc&&) noexcept;

  uint64_t client_id() const;
  IntegrationRule rule() const;
  // Not inside a transaction. kMaxClientId at most.
  void change_client_id(uint64_t id);
  const GcPolicy& gc_policy() const;
  // For what is deleted from now on. Not inside a transaction.
  void change_gc_policy(const GcPolicy& policy);

  // Root types exist on first mention. A name must be UTF-8 and always be asked for as the same
  // kind: anything else is a bug. Where names come from outside, ask root() or root_kind().
  Text text(std::string_view name);
  Array array(std::string_view name);
  Map map(std::string_view name);
  XmlFragment xml_fragment(std::string_view name);
  XmlElement xml_element(std::string_view name);
  XmlText xml_text(std::string_view name);

  std::vector<std::string> root_names() const;
  // kUnknown while only updates have named it, or for an unknown name.
  TypeRef root_kind(std::string_view name) const;
  // What an untyped root most likely is, by its content.
  TypeRef likely_kind(std::string_view name) const;
  // The root as that kind if it is untyped so far; what it is otherwise. An empty handle if the
  // name is not UTF-8 or the reserved kFugueMaxRoot, or if there is no such kind.
  SharedType root(std::string_view name, TypeRef kind_if_unknown);

  // Runs the body as one Transaction. If the body throws, the transaction ends and what was done
  // until then stays done, as in Yjs.
  template <typename F>
  void transact(F&& body, Origin origin = 0) {
    const Transaction transaction(*this, origin);
    body();
  }
  // For where neither fits: each begin() needs its end(), whatever happens in between.
  void begin(Origin origin = 0);
  void end();

  // Errors leave the document as it was: kConflict if the update was written under another
  // integration rule than the document. Structs whose dependencies are missing wait for them.
  // Whoever reads back what was accepted once passes wide limits.
  Result<> apply_update(Bytes update, Origin origin = 0, const UpdateLimits& limits = {});
  Result<> apply_update_v2(Bytes update, Origin origin = 0, const UpdateLimits& limits = {});

  // What a replica with this state vector lacks; everything by default.
  Buffer encode_state_as_update(const StateVector& known = {}) const;
  Buffer encode_state_as_update_v2(const StateVector& known = {}) const;
  StateVector state_vector() const;
  DeleteSet delete_set() const;
  // Whether something waits for an update that has not come.
  bool has_pending() const;
  // About how much memory that takes.
  uint64_t pending_bytes() const;

  // Each transaction that changed something, as one update.
  [[nodiscard]] Subscription on_update(std::function<void(const UpdateEvent&)> callback);
  [[nodiscard]] Subscription on_update_v2(std::function<void(const UpdateEvent&)> callback);
  [[nodiscard]] Subscription on_subdocuments(std::function<void(const SubdocumentEvent&)> callback);
  // Guids of live subdocuments, one for each place that holds one.
  std::vector<std::string> subdocuments() const;
  // Whether this replica wants the content of a live subdocument with this guid.
  bool should_load(std::string_view guid) const;
  // Wants it from now on, as load() of the document in Yjs: whoever observes subdocuments is told
  // once. False if there is none with this guid.
  bool load_subdocument(std::string_view guid);
  // No longer wants it, as destroy() of the document in Yjs: its places stay, as if they had just
  // been added, and may be loaded again.
  bool unload_subdocument(std::string_view guid);

  // Gives back all memory that the content does not need: applies the GC policy to what was deleted
  // under another one and to what undo has let go of, merges whatever may be merged, packs the rest
  // and forgets indices. What is shown, handles, undo stacks and the meaning of every position in
  // what still can be seen stay; one within a deleted type may be gone, as if that had been
  // collected at once. The state stays one that Yjs could have. Linear in the document; for
  // documents that fall idle or have shrunk. Not inside a transaction, nor in a callback.
  void compact();

  // Every typed root by name.
  Any to_json() const;
  // Whether JSON and XML say all: false if types nest deeper than kMaxJsonDepth.
  bool is_json_whole() const;

  // Every block, by descending client and ascending clock, unless the visitor ends it; not what
  // waits. A visitor that edits is a bug.
  void inspect(const BlockVisitor& visit) const;
  BlockStats stats() const;
  MemoryUse memory() const;
  // kTooLarge if it holds more than that, what waits included; kCorrupt if it breaks an invariant
  // of its own, which is a bug here. Linear in the document, with hardly any memory.
  Result<> validate(const DocLimits& limits) const;

  // What free functions on documents work on, as SharedType::document().
  Document* document() const { return &live(); }

  // For tests: breaks of internal invariants, one line each; empty if all hold.
  std::string check() const;
  // For tests: whether shortcuts for typing are taken, which must not be observable.
  void use_fast_paths(bool on);

 private:
  friend class Transaction;
  friend class UndoStack;
  Document& live() const {
    const bool doc_was_not_moved_from = document_ != nullptr;
    TM_ASSERT(doc_was_not_moved_from);
    return *document_;
  }
  std::unique_ptr<Document> document_;
};

}  // namespace tidemark::crdt
