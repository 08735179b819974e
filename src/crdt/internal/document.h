// A document at work: transactions, integration, deletion, garbage collection and merging, over the
// records of a StructStore. The public Doc and the typed handles translate to this; the moments at
// which items are split, collected and merged are those of Yjs 13.6, because the bytes of an update
// depend on them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/on_demand.h"
#include "base/random.h"
#include "base/result.h"
#include "crdt/delete_set.h"
#include "crdt/gc_policy.h"
#include "crdt/internal/encoded_state.h"
#include "crdt/internal/fugue_tree.h"
#include "crdt/internal/new_content.h"
#include "crdt/internal/observers.h"
#include "crdt/internal/outgoing.h"
#include "crdt/internal/pending.h"
#include "crdt/internal/plain_edit.h"
#include "crdt/internal/recent_edit.h"
#include "crdt/internal/rule_choice.h"
#include "crdt/internal/store/struct_store.h"
#include "crdt/internal/subdocuments.h"
#include "crdt/internal/transaction_record.h"
#include "crdt/update_limits.h"
#include "crdt/value.h"

namespace tidemark::crdt {

class Document {
 public:
  struct Options {
    uint64_t client_id = 1;
    uint64_t seed = 0;
    GcPolicy gc = {};
    bool cleans_formatting = true;
    IntegrationRule rule = IntegrationRule::kYata;
  };

  explicit Document(const Options& options);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  StructStore store;
  Subdocuments subdocuments;
  Liveness liveness{this};

  // --- transactions (document.cpp)
  // Nested calls join the open transaction; the outermost end() runs observers and clean-up.
  void open_transaction(uint64_t origin, bool is_local = true);
  // ... for edits of the general path.
  void begin(uint64_t origin, bool is_local = true);
  void end();
  // ... with no record until it is needed: for whoever does not edit at once.
  void announce(uint64_t origin, bool is_local = true);
  bool is_open() const { return depth_ > 0; }
  TransactionRecord& open() { return *open_; }

  uint64_t client_id() const { return client_id_; }
  void change_client_id(uint64_t id);
  bool collects_at_once() const { return options_.gc.collects_at_once(); }
  void fit();  // gives back the memory kept for growing
  const Options& options() const { return options_; }
  IntegrationRule rule() const { return rule_.rule(); }
  Observers& observers() { return *observers_; }
  const std::shared_ptr<Observers>& shared_observers();

  // --- local edits, inside a transaction (integrate.cpp)
  // Creates and integrates an item of our own between two list neighbours.
  ItemHandle insert_listed(BranchHandle parent, ItemHandle left, ItemHandle right,
                           const NewContent& content) {
    enter();
    return insert_listed(own_client_, parent, left, right, content);
  }
  // ... or as the new last item of a key's chain.
  ItemHandle insert_keyed(BranchHandle parent, KeyId key, const NewContent& content);
  void erase(ItemHandle item);
  // The right part of an item cut inside a transaction, which may merge again at its end.
  ItemHandle split(ItemHandle item, uint32_t offset);

  // --- garbage (collect.cpp)
  void change_gc_policy(const GcPolicy& policy);
  void compact();
  // Whether nothing that the snapshot shows is or will be given up here.
  bool keeps(const Snapshot& snapshot) const;

  // --- histories (history.cpp)
  // A kept copy of an item at this place, as what its content is redone.
  ItemHandle insert_copy(ItemHandle item, BranchHandle parent, ItemHandle left, ItemHandle right);
  // What begins with this unit, cut off if need be. Garbage is not cut.
  ItemHandle item_at(UnitId unit) { return clean_start(unit.client, unit.clock); }
  // Whether what a transaction of this origin deletes from the type might be wanted back.
  bool may_keep(BranchHandle branch, uint64_t origin);

  // --- positions in lists (positions.cpp)
  // The item after which unit `index` begins, split so that nothing straddles it: kNone for index
  // 0. The branch must hold at least `index` units.
  ItemHandle item_before(BranchHandle branch, uint32_t index);
  // The visible item that holds unit `index`, which must be less than the length.
  PositionIndex::Place find_unit(BranchHandle branch, uint32_t index);
  uint32_t index_of(ItemHandle item);
  ItemHandle last_item(BranchHandle branch);
  // Moves a place between two items behind the tombstones there; only for lists without formats.
  void skip_tombstones(BranchHandle branch, ItemHandle& left, ItemHandle& right);

  // --- updates (apply.cpp, encode.cpp)
  template <typename Reader>
  Result<> apply(Bytes update, uint64_t origin, const UpdateLimits& limits);
  template <typename Writer>
  Buffer encode_state(const StateVector& from);
  DeleteSet delete_set();
  // The struct as a writer wants it; views are valid until the document changes.
  void view_of(const Item& item, StructView& view) const;
  size_t memory() const { return store.memory() + encoded_.memory(); }
  bool has_pending() const { return !pending_.is_empty() || !pending_deletes_.is_empty(); }
  const Pending& pending() const { return pending_; }
  const PendingDeletes& pending_deletes() const { return pending_deletes_; }

  // --- fast paths (plain_edit.cpp, typing.cpp, entry_edit.cpp): the same effects as the general
  // path in fewer steps. False where only the general path will do; the document is then untouched.
  bool type_character(BranchHandle branch, uint32_t index, char character);  // ASCII
  bool insert_plain(BranchHandle branch, uint32_t index, std::string_view utf8, uint32_t units);
  bool erase_plain(BranchHandle branch, uint32_t index, uint32_t units);
  // A value as `any`, for a key that has or had one. The bytes must not be the document's own.
  bool set_plain(BranchHandle branch, KeyId key, Bytes value);
  bool unset_plain(BranchHandle branch, KeyId key);
  // Said inside a transaction: where a local insertion ended, or a local deletion left its gap.
  void hint_caret(BranchHandle branch, uint32_t end_index) {
    hint_ = {Hint::Kind::kCaret, branch, end_index};
  }
  void hint_gap(BranchHandle branch, uint32_t index) { hint_ = {Hint::Kind::kGap, branch, index}; }
  bool uses_fast_paths = true;

 private:
  // document.cpp, dispatch.cpp
  bool is_idle() const {
    return queue_.is_empty() && brief_.stage == BriefTransaction::Stage::kIdle;
  }
  void record_brief();
  void end_brief();
  void finish_transactions();
  void settle();
  void run_observers(TransactionRecord& record);
  void note_ends(TransactionRecord& record) const;
  void note_told(TransactionRecord& record) const;
  void clean_up(TransactionRecord& record);
  void merge_deleted(const TransactionRecord& record);
  void merge_down_to(Client& client, Directory::Position place, uint32_t clock);
  void merge_new(const TransactionRecord& record);
  void merge_candidates(const TransactionRecord& record);
  Directory::Position merge_leftwards(Client& client, Directory::Position position, size_t& merged);
  void emit_updates(const TransactionRecord& record);
  void emit_v2(const TransactionRecord& record);
  void emit_update(Observers::Kind kind, const UpdateEvent& event);
  bool has_effect(const TransactionRecord& record) const;
  void tell_histories(TransactionRecord& record);

  // integrate.cpp
  void enter();  // before whatever is written here
  void claim_rule();
  void touch(ClientIndex client);
  void note_change(BranchHandle branch, KeyId key);
  void append_to_client(ItemHandle item);
  ItemHandle insert_listed(ClientIndex client, BranchHandle parent, ItemHandle left,
                           ItemHandle right, const NewContent& content);
  void integrate(const StructView& view, uint32_t offset);
  void integrate_garbage(ClientIndex client, uint32_t clock, uint32_t len);
  struct Neighbours;
  void resolve(const StructView& view, uint32_t offset, ClientIndex client, Neighbours& out);
  ItemHandle resolve_conflicts(const Item& item, ItemHandle left, ItemHandle right);
  ItemHandle first_in_chain(BranchHandle parent, KeyId key) const;
  ItemHandle clean_end(ClientIndex client, uint32_t clock);
  ItemHandle clean_start(ClientIndex client, uint32_t clock);
  void fill_content(ItemHandle item, const StructView& view);
  void link_among(ItemHandle item, ItemHandle left, ItemHandle right);
  void finish_integration(ItemHandle item);
  void take_effect(ItemHandle item);
  void erase_children(BranchHandle branch, std::vector<ItemHandle>& doomed);
  // collect.cpp
  void collect(TransactionRecord& record);
  class Collection;
  void collect_item(ItemHandle item);
  void collect_children(BranchHandle branch);
  void bury(ItemHandle item);

  template <typename Reader>
  class Application;  // apply.cpp
  class Load;         // load.cpp
  bool may_load() const;
  template <typename Reader>
  Result<bool> load(Bytes update, uint64_t origin, const UpdateLimits& limits);
  std::optional<WireId> missing_for(const StructView& view) const;
  uint32_t state_of(uint64_t client) const;
  void apply_deletes(const DeleteSet& deletes);
  void apply_deleted_range(ClientIndex client, uint32_t clock, uint32_t end);
  void wait_for(WireId missing, const StructView& view, Bytes bytes);
  void retry_pending();
  void retry_deletes();
  // encode.cpp
  bool plain_of(const Item& item, PlainStruct& plain) const;
  template <typename Writer>
  void write_sections(Writer& writer, const std::vector<Outgoing::Section>& sections);
  // plain_edit.cpp
  bool may_begin_shortcut() const;
  bool may_take_shortcut(BranchHandle branch) const;
  void begin_shortcut(BranchHandle branch, uint64_t origin = 0, bool is_local = true);
  void note_writer(ClientIndex writer);
  void cut(Seam& seam, ItemHandle item, uint32_t offset);
  ItemHandle insert_at(const Seam& seam, ClientIndex client, std::string_view utf8, uint32_t units);
  ItemHandle append_text(const Seam& seam, ClientIndex client, std::string_view utf8,
                         uint32_t units);
  bool insert_between(BranchHandle branch, uint32_t index, std::string_view utf8, uint32_t units);
  bool erase_beside_tombstone(const Erasure& erasure);
  bool erase_within(const Erasure& erasure);
  // typing.cpp
  bool type_on(BranchHandle branch, uint32_t index, std::string_view utf8, uint32_t units);
  bool erase_at_gap(BranchHandle branch, uint32_t index, uint32_t units);
  bool erase_before_gap(const Erasure& erasure);
  bool erase_after_gap(const Erasure& erasure);
  void shorten(ItemHandle item, uint32_t units);
  void end_erasure(const Erasure& erasure, const TransactionRecord::Deleted& erased);
  void open_gap(BranchHandle branch, uint32_t index, ItemHandle tombstone,
                Directory::Position place);
  bool may_type_on() const;
  void lengthen(ItemHandle item, uint32_t units);
  void write_inserted(const Item& item, uint32_t clock, std::string_view utf8);
  bool write_keystroke(uint32_t clock, char character);
  // remote_edit.cpp
  bool may_take_remote_shortcut() const;
  bool apply_plain(Bytes update, uint64_t origin);
  bool apply_insertion(Decoder& from, uint64_t origin);
  bool apply_keystroke(Bytes update, uint64_t origin);
  PeerKeystroke* expected_keystroke(Bytes update);
  // Whether observers edited when they heard of the shortcut, whose own record may take one epoch.
  bool was_answered(uint32_t epoch) const { return epoch_ - epoch > 1; }
  bool may_append(const Item& item) const;
  bool append_remote(const Client& client, std::string_view utf8, uint32_t units, WireId right,
                     uint64_t origin);
  bool insert_remote(ClientIndex client, std::string_view utf8, uint32_t units, WireId left,
                     WireId right, uint64_t origin);
  bool apply_erasure(Decoder& from, uint64_t origin);
  // entry_edit.cpp
  bool may_replace(const Item& item) const;
  void replace(ItemHandle left, ClientIndex writer, Bytes value);
  void retire(ItemHandle item);
  bool unset(ItemHandle last, uint64_t origin, bool is_local);
  void write_replaced(const Item& item, Bytes value);
  bool apply_entry(Decoder from, uint64_t origin);
  // waiting_edit.cpp
  bool may_wait_at_once() const;
  bool set_aside(Bytes update, const UpdateLimits& limits);
  void write_erased(const TransactionRecord::Deleted& erased);
  void emit_shortcut(uint64_t origin, bool is_local);
  void take_hint();
  void note_caret(BranchHandle branch, uint32_t end_index);
  void note_gap(BranchHandle branch, uint32_t index);
  void forget_caret() {
    caret_.item = gap_.first = keystroke_.item = kNone;
    peer_keystrokes_.note_edit();
    hint_.kind = Hint::Kind::kNothing;
  }

  template <typename Writer>
  void write_transaction(Writer& writer, const TransactionRecord& record);

  Options options_;
  OnDemand<DeleteSet> given_up_;  // what former policies may have let go of
  uint64_t client_id_;
  RuleChoice rule_;
  ClientIndex own_client_ = kNoClient;
  Random random_;
  Observers nobody_;
  std::shared_ptr<Observers> observers_;  // that, until somebody comes

  TransactionRecord* open_ = nullptr;
  uint32_t depth_ = 0;
  uint32_t epoch_ = 0;
  TransactionQueue queue_;
  BriefTransaction brief_;
  Pending pending_;
  PendingDeletes pending_deletes_;
  OnDemand<ConflictMarks> conflict_marks_;
  FugueTree fugue_tree_{store};

  Caret caret_;
  ErasedGap gap_;
  Hint hint_;
  PeerKeystrokes peer_keystrokes_;
  Slab<uint8_t> shortcut_;  // the update of the last shortcut
  Keystroke keystroke_;     // that update, if it is of one
  EncodedState encoded_;
  OnDemand<Outgoing> outgoing_;  // kept for its memory: emitting an update allocates nothing
};

}  // namespace tidemark::crdt
