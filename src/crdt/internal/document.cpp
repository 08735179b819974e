#include "crdt/internal/document.h"

#include <algorithm>

#include "base/assert.h"
#include "base/fit.h"
#include "crdt/internal/formatting.h"
#include "crdt/internal/observers.h"

namespace tidemark::crdt {

Document::Document(const Options& options)
    : subdocuments(store),
      options_(options),
      client_id_(options.client_id),
      rule_(options.rule),
      random_(options.seed),
      observers_(std::shared_ptr<Observers>(), &nobody_) {}

Document::~Document() {
  const bool no_transaction_is_under_way = depth_ == 0 && is_idle();
  TM_ASSERT(no_transaction_is_under_way);
  const bool no_callback_is_under_way = !observers_->is_calling();
  TM_ASSERT(no_callback_is_under_way);
}

const std::shared_ptr<Observers>& Document::shared_observers() {
  if (observers_.use_count() == 0) observers_ = std::make_shared<Observers>();
  return observers_;
}

void Document::change_client_id(uint64_t id) {
  client_id_ = id;
  own_client_ = store.find_client(id);
  forget_caret();
}

void Document::fit() {
  TM_ASSERT(is_idle());
  encoded_.forget();
  queue_.forget();
  conflict_marks_.drop();
  outgoing_.drop();
  store.fit();
}

void Document::begin(uint64_t origin, bool is_local) {
  open_transaction(origin, is_local);
  // The general path moves what shortcuts remember, and sees to the cleaning up of what one did.
  open_->is_shortcut = false;
  forget_caret();
}

void Document::open_transaction(uint64_t origin, bool is_local) {
  encoded_.forget();
  if (brief_.stage != BriefTransaction::Stage::kIdle) record_brief();
  if (depth_++ > 0) return;
  open_ = &queue_.add();
  open_->reset(origin, is_local, ++epoch_);
}

void Document::announce(uint64_t origin, bool is_local) {
  if (!is_idle()) return open_transaction(origin, is_local);
  ++depth_;
  brief_.stage = BriefTransaction::Stage::kBegun;
  brief_.origin = origin;
  brief_.is_local = is_local;
}

// Makes a record of the brief transaction, which lasts or is being told.
void Document::record_brief() {
  TransactionRecord& record = queue_.add();
  record.reset(brief_.origin, brief_.is_local, ++epoch_);
  if (brief_.stage != BriefTransaction::Stage::kBegun) {
    record.is_shortcut = true;
    if (brief_.writer != kNoClient) {
      record.touched.push_back({brief_.writer, brief_.before});
      Client& writer = store.clients[brief_.writer];
      writer.epoch = record.epoch;
      writer.before = brief_.before;
    }
    if (brief_.erased.len > 0) record.deleted.push_back(brief_.erased);
    if (observers_->has(Observers::Kind::kHistory))
      record.changed.push_back({brief_.branch, kNone});
  }
  if (brief_.stage != BriefTransaction::Stage::kTold) open_ = &record;
  brief_.stage = BriefTransaction::Stage::kIdle;
}

void Document::end() {
  TM_ASSERT(depth_ > 0);
  liveness.note_change();
  if (--depth_ > 0) return;
  if (brief_.stage != BriefTransaction::Stage::kIdle) return end_brief();
  const bool is_first = open_ == &queue_[0];
  open_ = nullptr;
  // Transactions that observers run wait in the queue until the one before them is cleaned up.
  if (is_first) finish_transactions();
}

void Document::end_brief() {
  const bool needs_record =
      observers_->has(Observers::Kind::kHistory) || observers_->has(Observers::Kind::kUpdateV2);
  if (needs_record) {
    record_brief();
    open_ = nullptr;
    return finish_transactions();
  }
  if (brief_.stage == BriefTransaction::Stage::kEdited) {
    brief_.stage = BriefTransaction::Stage::kTold;
    emit_shortcut(brief_.origin, brief_.is_local);
    if (observers_->has(Observers::Kind::kUpdateV2)) {
      if (queue_.is_empty()) record_brief();
      emit_v2(queue_[0]);
    }
  }
  brief_.stage = BriefTransaction::Stage::kIdle;
  // It was recorded, as the first in the queue, if observers ran transactions.
  if (queue_.is_empty()) return settle();
  queue_.drop_first();
  finish_transactions();
}

void Document::finish_transactions() {
  // A record waits until all is told of it: those that observers run meanwhile come after it.
  for (; !queue_.is_empty(); queue_.drop_first()) {
    TransactionRecord& record = queue_[0];
    if (!record.is_shortcut) {
      clean_up(record);
      continue;
    }
    tell_histories(record);
    emit_shortcut(record.origin, record.is_local);
    if (observers_->has(Observers::Kind::kUpdateV2)) emit_v2(record);
  }
  settle();
}

// When nothing is left to tell.
void Document::settle() {
  store.repack_if_wasteful();
  if (hint_.kind != Hint::Kind::kNothing) take_hint();
}

// What other transactions add from here on is not this one's.
void Document::note_ends(TransactionRecord& record) const {
  record.own_touched = record.touched.size();
  for (TransactionRecord::Touched& touched : record.touched) {
    touched.after = store.clients[touched.client].state;
  }
}

void Document::clean_up(TransactionRecord& record) {
  record.sort_deleted();
  note_ends(record);
  if (!record.changed.empty()) run_observers(record);
  tell_histories(record);
  if (!record.formatted.empty() && options_.cleans_formatting) clean_formatting(*this, record);
  collect(record);
  merge_deleted(record);
  merge_new(record);
  merge_candidates(record);
  const auto is_own = [this](const TransactionRecord::Touched& touched) {
    return touched.client == own_client_ || store.clients[touched.client].id == client_id_;
  };
  if (!record.is_local &&
      std::any_of(record.touched.begin(),
                  record.touched.begin() + static_cast<std::ptrdiff_t>(record.own_touched),
                  is_own)) {
    // Somebody else writes under our id: from here on we write under another.
    change_client_id(random_.next() >> 32);
  }
  emit_updates(record);
  subdocuments.tell(record, *observers_);
}

// Merges the struct at this place into those to its left for as long as that works. Yields the
// place of what it is part of then.
Directory::Position Document::merge_leftwards(Client& client, Directory::Position position,
                                              size_t& merged) {
  merged = 0;
  Directory& directory = client.directory;
  while (!directory.is_first(position)) {
    const Directory::Position before = directory.previous(position);
    const ItemHandle left = directory.at(before).item;
    const ItemHandle right = directory.at(position).item;
    if (!store.may_merge(left, right) || !store.merge(left, right)) break;
    position = directory.erase(position);
    ++merged;
  }
  return position;
}

void Document::merge_deleted(const TransactionRecord& record) {
  for (size_t i = record.deleted.size(); i-- > 0;) {
    const TransactionRecord::Deleted& range = record.deleted[i];
    Client& client = store.clients[range.client];
    merge_down_to(client, client.directory.find(range.clock + range.len - 1), range.clock);
  }
}

// Merges whatever can from the struct after this place down to the one that starts at `clock`.
void Document::merge_down_to(Client& client, Directory::Position place, uint32_t clock) {
  const Directory& directory = client.directory;
  if (!directory.is_last(place)) place = directory.next(place);
  while (!directory.is_first(place) && directory.at(place).clock >= clock) {
    size_t merged;
    place = merge_leftwards(client, place, merged);
    if (directory.is_first(place)) break;
    place = directory.previous(place);
  }
}

void Document::merge_new(const TransactionRecord& record) {
  for (size_t i = 0; i < record.own_touched; ++i) {
    const TransactionRecord::Touched touched = record.touched[i];
    Client& client = store.clients[touched.client];
    Directory& directory = client.directory;
    Directory::Position place = directory.last();
    const uint32_t first_new = directory.at(directory.find(touched.before)).clock;
    while (!directory.is_first(place) && directory.at(place).clock >= first_new) {
      const Directory::Position before = directory.previous(place);
      if (!store.may_merge(directory.at(before).item, directory.at(place).item)) {
        place = before;
        continue;
      }
      size_t merged;
      place = merge_leftwards(client, place, merged);
      if (directory.is_first(place)) break;
      place = directory.previous(place);
    }
  }
}

void Document::merge_candidates(const TransactionRecord& record) {
  for (size_t i = record.merge_candidates.size(); i-- > 0;) {
    const TransactionRecord::Clock candidate = record.merge_candidates[i];
    Client& client = store.clients[candidate.client];
    Directory::Position place = client.directory.find(candidate.clock);
    size_t merged = 0;
    if (!client.directory.is_last(place)) {
      place = merge_leftwards(client, client.directory.next(place), merged);
      if (merged > 1) continue;
      if (merged == 0) place = client.directory.previous(place);
    }
    merge_leftwards(client, place, merged);
  }
}

bool Document::has_effect(const TransactionRecord& record) const {
  if (!record.deleted.empty()) return true;
  return std::any_of(record.touched.begin(), record.touched.end(),
                     [this](const TransactionRecord::Touched& touched) {
                       return store.clients[touched.client].state > touched.before;
                     });
}

}  // namespace tidemark::crdt
