#include "crdt/internal/mark_text.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/utf.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

uint32_t units_of(const DeltaOp& op) {
  if (op.kind != DeltaOp::Kind::kInsert) return op.length;
  return op.content.empty() ? static_cast<uint32_t>(utf16_length(op.text)) : 1;
}

using Slot = std::pair<std::string_view, std::string_view>;  // key, id

// What an attribute takes.
size_t bytes_of(std::string_view name, const Any& value) {
  return name.size() + encoded(value).size() + 1;
}

// Cuts a text's delta where marks begin and end.
class Painter {
 public:
  Painter(const MarkReading& reading, const MarkLimits& limits)
      : reading_(reading), limit_(limits.max_attribute_bytes) {
    for (size_t i = 0; i < reading.spans.size(); ++i) ends_.push_back(i);
    std::ranges::sort(ends_, {}, [&reading](size_t i) { return reading.spans[i].end; });
    const Any id_is_there(true);
    for (const Mark& mark : reading.marks) {
      costs_.push_back(bytes_of(mark.key, mark.value) + bytes_of(mark.id, id_is_there));
    }
  }

  // Counts first: what is too much is many times as much to build as to count.
  Result<Delta> paint(const Delta& base) {
    for (const bool counts_only : {true, false}) {
      at_ = 0;
      begun_ = 0;
      ended_ = 0;
      active_.clear();
      active_cost_ = 0;
      if (!walk(base, counts_only)) {
        return failure(ErrorCode::kTooLarge, "marks: too many attributes for a delta");
      }
    }
    return std::move(out_);
  }

 private:
  // False if it takes too much, which only counting says.
  bool walk(const Delta& base, bool counts_only) {
    size_t budget = limit_;
    for (const DeltaOp& op : base) {
      size_t own_cost = 0;
      for (const auto& [key, value] : op.attributes) own_cost += bytes_of(key, value);
      std::string_view rest = op.text;
      const uint32_t end = at_ + units_of(op);
      for (bool is_first = true; at_ < end; is_first = false) {
        turn_to(at_);
        uint32_t next = std::min(end, next_edge(end));
        std::string_view piece = rest;
        if (next < end) {
          Utf16Cut cut = cut_utf16(rest, next - at_);
          if (cut.is_inside_pair) {
            // A character is marked as its first half is.
            cut = cut_utf16(rest, next - at_ + 1);
            ++next;
          }
          piece = rest.substr(0, cut.bytes);
          rest.remove_prefix(cut.bytes);
        }
        if (counts_only) {
          const size_t cost = own_cost + active_cost_;
          if (cost > budget) return false;
          budget -= cost;
        } else {
          put(op, piece, is_first);
        }
        at_ = next;
      }
    }
    return true;
  }

  void turn_to(uint32_t at) {
    const std::vector<MarkSpan>& spans = reading_.spans;
    // Ends first: what follows may have the same key.
    for (; ended_ < ends_.size() && spans[ends_[ended_]].end <= at; ++ended_) {
      const auto found = active_.find(slot_of(spans[ends_[ended_]]));
      if (found != active_.end() && found->second == spans[ends_[ended_]].mark) {
        active_cost_ -= costs_[found->second];
        active_.erase(found);
      }
    }
    for (; begun_ < spans.size() && spans[begun_].first <= at; ++begun_) {
      if (spans[begun_].end <= at) continue;
      // Those of one key and id do not overlap.
      active_.emplace(slot_of(spans[begun_]), spans[begun_].mark);
      active_cost_ += costs_[spans[begun_].mark];
    }
  }

  uint32_t next_edge(uint32_t end) const {
    const std::vector<MarkSpan>& spans = reading_.spans;
    uint32_t edge = end;
    if (begun_ < spans.size()) edge = std::min(edge, spans[begun_].first);
    if (ended_ < ends_.size()) edge = std::min(edge, spans[ends_[ended_]].end);
    return edge;
  }

  Slot slot_of(const MarkSpan& span) const {
    const Mark& mark = reading_.marks[span.mark];
    return {mark.key, mark.id};
  }

  void put(const DeltaOp& op, std::string_view text, bool is_first) {
    Attributes attributes;
    for (const auto& [key, value] : op.attributes) {
      // Marks have the last word, and that may be that there is nothing.
      const auto mark = active_.lower_bound(Slot(key, ""));
      if (mark == active_.end() || mark->first.first != key) attributes.emplace_back(key, value);
    }
    add_marks(attributes);
    const bool goes_on = !is_first && out_.back().attributes == attributes;
    if (goes_on) {
      out_.back().text += text;
      return;
    }
    DeltaOp piece;
    piece.text = text;
    piece.content = op.content;
    piece.attributes = std::move(attributes);
    out_.push_back(std::move(piece));
  }

  void add_marks(Attributes& attributes) {
    for (auto at = active_.begin(); at != active_.end();) {
      const std::string_view key = at->first.first;
      std::vector<AnyObject::Member> ids;
      const Any* single = nullptr;
      for (; at != active_.end() && at->first.first == key; ++at) {
        const Mark& mark = reading_.marks[at->second];
        if (mark.id.empty()) {
          single = &mark.value;
        } else {
          ids.emplace_back(mark.id, mark.value);
        }
      }
      if (!ids.empty()) {
        attributes.emplace_back(key, Any(AnyObject(std::move(ids))));
      } else if (!single->is_null()) {
        attributes.emplace_back(key, *single);
      }
    }
  }

  const MarkReading& reading_;
  size_t limit_;
  std::vector<size_t> costs_;  // by mark
  std::vector<size_t> ends_;   // spans by where they end
  size_t begun_ = 0;
  size_t ended_ = 0;
  std::map<Slot, size_t> active_;
  size_t active_cost_ = 0;
  uint32_t at_ = 0;
  Delta out_;
};

// Where the text itself says something of the keys that have ids. It is not read before somebody
// asks, as few deltas take comments away.
class OwnFormats {
 public:
  explicit OwnFormats(const MarkedText& marked) : marked_(marked) {}

  bool are_in(std::string_view key, const MarkSpan& range) {
    if (!ranges_) read();
    const auto found = ranges_->find(key);
    if (found == ranges_->end()) return false;
    const auto next = std::ranges::upper_bound(found->second, range.first, {}, &Range::second);
    return next != found->second.end() && next->first < range.end;
  }

 private:
  using Range = std::pair<uint32_t, uint32_t>;  // first and end

  void read() {
    ranges_.emplace();
    for (const TextRun& run : marked_.text.runs()) {
      for (const auto& [key, value] : run.attributes) {
        if (!type_of(marked_.types, key).has_ids) continue;
        (*ranges_)[key].emplace_back(run.index, run.index + run.length);
      }
    }
  }

  const MarkedText& marked_;
  std::optional<std::map<std::string, std::vector<Range>, std::less<>>> ranges_;
};

// Collects what is to be written.
class Wishes {
 public:
  explicit Wishes(const MarkedText& marked) : marked_(marked) {}

  // What is between the ends of one insert or retain; these come by where they begin.
  bool want(const DeltaOp& op, uint32_t first, uint32_t end) {
    const std::vector<MarkSpan>& spans = marked_.reading.spans;
    for (; begun_ < spans.size() && spans[begun_].first < end; ++begun_) open_.push_back(begun_);
    std::erase_if(open_, [&](size_t i) { return spans[i].end <= first; });
    looked_at_ += open_.size();
    constexpr size_t kLooksPerWrite = 64;
    if (looked_at_ / kLooksPerWrite > marked_.limits.max_written) return false;
    if (op.kind == DeltaOp::Kind::kInsert) clear_others(op.attributes, first, end);
    for (const auto& [key, value] : op.attributes) want_attribute(key, value, {first, end});
    return changes_.size() + latest_.size() <= marked_.limits.max_written;
  }

  std::vector<MarkChange> take() {
    for (auto& [slot, change] : latest_) changes_.push_back(std::move(change));
    return std::move(changes_);
  }

 private:
  void clear_others(const Attributes& wanted, uint32_t first, uint32_t end) {
    for (const size_t i : open_) {
      const MarkSpan& span = marked_.reading.spans[i];
      const Mark& mark = marked_.reading.marks[span.mark];
      const bool is_wanted = std::ranges::any_of(
          wanted, [&mark](const auto& attribute) { return attribute.first == mark.key; });
      if (is_wanted || !mark.id.empty() || mark.value.is_null()) continue;
      add({{mark.key}, std::max(span.first, first), std::min(span.end, end)});
    }
  }

  void want_attribute(const std::string& key, const Any& value, MarkSpan range) {
    const AnyObject* ids = value.as_object();
    if (type_of(marked_.types, key).has_ids && ids != nullptr) {
      for (const auto& [id, said] : ids->members()) {
        add({{key, id, said}, range.first, range.end});
      }
      return;
    }
    bool is_so = false;
    bool is_shown = false;
    for (const size_t i : open_) {
      const MarkSpan& span = marked_.reading.spans[i];
      const Mark& mark = marked_.reading.marks[span.mark];
      if (mark.key != key) continue;
      if (!mark.id.empty() && value.is_null()) {
        add({{key, mark.id}, std::max(span.first, range.first), std::min(span.end, range.end)});
      }
      const bool covers = span.first <= range.first && span.end >= range.end;
      is_so = is_so || (mark.id.empty() && covers && mark.value == value);
      is_shown = is_shown || (mark.id.empty() && !mark.value.is_null());
    }
    if (is_so) return;
    // Null of each id has been said; without an id it is said where that hides something.
    const bool is_null_of_ids = value.is_null() && type_of(marked_.types, key).has_ids;
    if (!is_null_of_ids || is_shown || own_.are_in(key, range)) {
      add({{key, "", value}, range.first, range.end});
    }
  }

  void add(MarkChange change) {
    MarkChange& latest = latest_[{change.mark.key, change.mark.id}];
    if (latest.first < latest.end) {
      if (latest.end == change.first && latest.mark.value == change.mark.value) {
        latest.end = change.end;
        return;
      }
      changes_.push_back(std::move(latest));
    }
    latest = std::move(change);
  }

  const MarkedText& marked_;
  OwnFormats own_{marked_};
  size_t begun_ = 0;
  size_t looked_at_ = 0;
  std::vector<size_t> open_;
  std::vector<MarkChange> changes_;
  std::map<std::pair<std::string, std::string>, MarkChange> latest_;  // by key and id
};

}  // namespace

MarkType type_of(const MarkTypes& types, std::string_view key) {
  const auto found = types.find(key);
  return found == types.end() ? MarkType() : found->second;
}

Result<Delta> delta_with_marks(const Text& text, const MarkReading& reading,
                               const MarkLimits& limits) {
  return Painter(reading, limits).paint(text.to_delta());
}

Result<std::vector<MarkChange>> changes_of_delta(std::span<const DeltaOp> delta,
                                                 const MarkedText& marked) {
  Wishes wishes(marked);
  const uint32_t length = marked.text.length();
  uint32_t at = 0;
  for (const DeltaOp& op : delta) {
    if (op.kind == DeltaOp::Kind::kRemove) continue;
    const uint32_t end = std::min(length, at + units_of(op));
    if (at < end && !wishes.want(op, at, end)) {
      return failure(ErrorCode::kTooLarge, "marks: the delta asks for too many");
    }
    at = end;
  }
  return wishes.take();
}

}  // namespace tidemark::crdt
