#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/writer.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_of_many_units(Ref ref) {
  return ref == Ref::kDeleted || ref == Ref::kJson || ref == Ref::kString || ref == Ref::kAny;
}

// The struct that is being made of neighbours. Content is copied only once there are two of them.
class Joined {
 public:
  bool is_empty() const { return is_empty_; }
  const StructView& view() const { return view_; }
  // Whether its units are values of a map or attributes; false also where the bytes do not say.
  bool is_keyed() const { return is_keyed_; }

  void begin(const StructView& view) {
    is_keyed_ = view.has_key || (is_keyed_ && continues(view));
    view_ = view;
    is_empty_ = false;
    is_copied_ = false;
  }

  // Whether each unit of both is inserted at the same place as if they were one.
  bool continues(const StructView& next) const {
    if (is_empty_ || next.id.client != view_.id.client || next.id.clock != view_.end_clock()) {
      return false;
    }
    return view_.is_item() && next.has_origin && next.origin.client == next.id.client &&
           next.origin.clock + 1 == next.id.clock;
  }

  void append(const StructView& next) {
    if (view_.ref == Ref::kString) append_text(next);
    if (view_.ref == Ref::kJson || view_.ref == Ref::kAny) append_payload(next);
    view_.len += next.len;
    is_copied_ = true;
  }

 private:
  void append_text(const StructView& next) {
    if (!is_copied_) {
      text_ = view_.starts_with_replacement ? kReplacement : std::string_view();
      text_ += view_.text;
    }
    if (view_.ends_with_replacement) text_ += kReplacement;
    if (next.starts_with_replacement) text_ += kReplacement;
    text_ += next.text;
    view_.text = text_;
    view_.text_is_ascii = view_.text_is_ascii && next.text_is_ascii &&
                          !view_.ends_with_replacement && !next.starts_with_replacement;
    view_.starts_with_replacement = false;
    view_.ends_with_replacement = next.ends_with_replacement;
  }
  void append_payload(const StructView& next) {
    if (!is_copied_) payload_.assign(view_.payload.begin(), view_.payload.end());
    payload_.insert(payload_.end(), next.payload.begin(), next.payload.end());
    view_.payload = payload_;
  }

  StructView view_;
  bool is_empty_ = true;
  bool is_keyed_ = false;
  bool is_copied_ = false;  // the content is in text_ or payload_
  std::string text_;
  Buffer payload_;
};

// Takes structs by descending client and ascending clock, also such that overlap.
template <typename Writer>
class Compaction {
 public:
  Compaction(const DeleteSet& deletes, DeletedContent deleted)
      : deletes_(deletes), gives_up_(deleted == DeletedContent::kGivenUp) {}

  void add(StructView view) {
    if (view.ref == Ref::kSkip) return;
    const bool is_first = !has_any_ || view.id.client != client_;
    if (!is_first) {
      if (view.end_clock() <= next_clock_) return;
      if (view.id.clock < next_clock_) cut(view, next_clock_);
      if (view.id.clock > next_clock_) put(gap_before(view.id));
    }
    has_any_ = true;
    client_ = view.id.client;
    next_clock_ = view.end_clock();
    if (gives_up_ && view.is_item() && view.ref != Ref::kType) {
      put_without_deleted(view);
    } else {
      put(view);
    }
  }

  Buffer take() {
    flush();
    return writer_.take(deletes_);
  }

 private:
  StructView gap_before(const WireId& id) const {
    StructView gap;
    gap.id = {id.client, next_clock_};
    gap.len = id.clock - next_clock_;
    gap.ref = Ref::kSkip;
    return gap;
  }

  bool is_deleted(uint64_t clock) const { return deletes_.contains(client_, clock); }

  // Piece by piece, as the deleted ranges cut it.
  void put_without_deleted(StructView view) {
    const std::span<const ClockRange> ranges = deletes_.ranges_of(view.id.client);
    const uint64_t end = view.end_clock();
    auto range = std::partition_point(ranges.begin(), ranges.end(), [&](const ClockRange& one) {
      return one.end <= view.id.clock;
    });
    for (; range != ranges.end() && range->first < end; ++range) {
      if (range->first > view.id.clock) put_front(view, range->first, false);
      if (range->end >= end) return put_deleted(view);
      put_front(view, range->end, true);
    }
    put(view);
  }

  // What is left has an origin, and so says nothing of its key, as after it is read again.
  static void cut(StructView& view, uint64_t clock) {
    slice(view, clock - view.id.clock);
    view.has_key = false;
  }

  // What is before the clock, which is cut off the view.
  void put_front(StructView& view, uint64_t clock, bool is_deleted) {
    StructView front = view;
    truncate(front, clock - view.id.clock);
    cut(view, clock);
    if (is_deleted) return put_deleted(front);
    put(front);
  }

  void put_deleted(StructView view) {
    view.ref = Ref::kDeleted;
    view.text = {};
    view.payload = {};
    view.payload_is_json = view.text_is_ascii = false;
    view.starts_with_replacement = view.ends_with_replacement = false;
    put(view);
  }

  void put(const StructView& view) {
    if (may_join(view)) return joined_.append(view);
    flush();
    joined_.begin(view);
  }

  bool may_join(const StructView& next) const {
    const StructView& last = joined_.view();
    if (joined_.is_empty() || last.id.client != next.id.client || last.ref != next.ref)
      return false;
    if (!next.is_item()) return true;
    if (!is_of_many_units(next.ref) || !joined_.continues(next)) return false;
    if (last.has_right_origin != next.has_right_origin ||
        (last.has_right_origin && last.right_origin != next.right_origin)) {
      return false;
    }
    if (next.ref == Ref::kDeleted) return true;
    const bool last_is_deleted = is_deleted(next.id.clock - 1);
    // A value in a map deletes the one before it when it arrives; within one item nothing would.
    return last_is_deleted == is_deleted(next.id.clock) && (last_is_deleted || !joined_.is_keyed());
  }

  void flush() {
    if (!joined_.is_empty()) writer_.write(joined_.view());
  }

  const DeleteSet& deletes_;
  bool gives_up_;
  Joined joined_;
  LazyUpdateWriter<Writer> writer_;
  bool has_any_ = false;
  uint64_t client_ = 0;
  uint64_t next_clock_ = 0;
};

// Where garbage and an item claim the same clock, the garbage goes first.
auto place_of(const StructView& view) {
  return std::tuple(~view.id.client, view.id.clock, view.ref != Ref::kGc);
}

// Whether the structs come by descending client and ascending clock. Reads all of the update.
template <typename Reader>
Result<bool> survey(Bytes update, const UpdateLimits& limits, DeleteSet& deletes) {
  Reader reader(update, limits);
  StructView view;
  WireId last;
  bool is_in_order = true;
  for (bool is_first = true; reader.next(view); is_first = false) {
    is_in_order = is_in_order && (is_first || view.id.client < last.client ||
                                  (view.id.client == last.client && view.id.clock > last.clock));
    last = view.id;
  }
  if (!reader.read_delete_set(deletes)) return tl::unexpected(reader.error());
  return is_in_order;
}

template <typename Reader, typename Writer>
Result<Buffer> compacted(Bytes update, DeletedContent deleted, const UpdateLimits& limits) {
  DeleteSet deletes;
  const Result<bool> is_in_order = survey<Reader>(update, limits, deletes);
  if (!is_in_order) return tl::unexpected<Error>(is_in_order.error());
  Compaction<Writer> compaction(deletes, deleted);
  Reader reader(update, limits);
  StructView view;
  if (*is_in_order) {
    while (reader.next(view)) compaction.add(view);
    return compaction.take();
  }
  std::vector<StructView> views;
  while (reader.next(view)) views.push_back(view);
  std::stable_sort(views.begin(), views.end(), [](const StructView& a, const StructView& b) {
    return place_of(a) < place_of(b);
  });
  for (const StructView& one : views) compaction.add(one);
  return compaction.take();
}

}  // namespace

Result<Buffer> compact_update(Bytes update, UpdateFormat format, DeletedContent deleted,
                              const UpdateLimits& limits) {
  return format == UpdateFormat::kV1
             ? compacted<UpdateReaderV1, UpdateWriterV1>(update, deleted, limits)
             : compacted<UpdateReaderV2, UpdateWriterV2>(update, deleted, limits);
}

}  // namespace tidemark::crdt
