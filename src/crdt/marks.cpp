#include "crdt/marks.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <queue>
#include <tuple>

#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/mark_copies.h"
#include "crdt/internal/mark_text.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

// Later is higher; the client decides between those who did not know of each other, and the place
// in the array between what only a broken peer stamps alike.
struct Stamp {
  uint64_t counter = 0;
  uint64_t client = 0;
  size_t place = 0;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

// How many statements there ever were, the deleted ones too. Whoever stamps takes a higher counter
// than that, so no honest counter is above it, and nobody can use the counters up.
uint64_t statements_ever(const Array& overlay) {
  const StructStore& store = overlay.document()->store;
  uint64_t count = 0;
  for (ItemHandle at = store.branches[overlay.branch()].start; at != kNone;
       at = store.items[at].right) {
    count += store.items[at].len;
  }
  return count;
}

Any stamp_of(uint64_t counter, uint64_t client) {
  return Any(AnyArray{Any(static_cast<double>(counter)), Any(static_cast<double>(client))});
}

// As they are written: relative positions in bytes.
struct Anchors {
  Any start;
  Any end;
};

Any statement_of(const Mark& mark, const Anchors& anchors, Any stamp) {
  std::vector<AnyObject::Member> members = {{"key", Any(mark.key)}};
  if (!mark.id.empty()) members.emplace_back("id", Any(mark.id));
  members.emplace_back("value", mark.value);
  members.emplace_back("start", anchors.start);
  members.emplace_back("end", anchors.end);
  members.emplace_back("stamp", std::move(stamp));
  return Any(AnyObject(std::move(members)));
}

// Reads statements, and finds what counts where.
class Reader {
 public:
  Reader(const Text& text, const Array& overlay, const MarkLimits& limits)
      : text_(text),
        overlay_(overlay),
        limits_(limits),
        highest_counter_(statements_ever(overlay)) {
    const std::optional<RelativePosition> end = relative_position(text, text.length());
    if (end) end_ = *end;
  }

  void take_all() {
    const std::vector<Value> statements = overlay_.values();
    copies_ = copies_in(statements);
    size_t place = 0;
    for (const Value& value : statements) {
      if (value.any() != nullptr) take(*value.any(), place);
      ++place;
    }
  }

  void take(const Any& json, size_t place) {
    const AnyObject* object = json.as_object();
    if (object == nullptr) return;
    Mark mark;
    Stamp stamp{0, 0, place};
    if (!read_mark(*object, mark) || !read_stamp(object->find("stamp"), stamp)) return;
    const std::optional<uint32_t> first = read_anchor(object->find("start"));
    const std::optional<uint32_t> end = read_anchor(object->find("end"));
    if (!first || !end || *first >= *end) return;
    reading_.marks.push_back(std::move(mark));
    stamps_.push_back(stamp);
    places_.push_back({*first, *end, *object->find("start"), *object->find("end")});
  }

  // All that were taken, whether they count or not.
  std::vector<MarkChange> statements() const {
    std::vector<MarkChange> all;
    for (size_t i = 0; i < places_.size(); ++i) {
      all.push_back({reading_.marks[i], places_[i].first, places_[i].end});
    }
    return all;
  }

  // Between which anchors something was said of this key and id that was not taken away between
  // the same ones later, whether there is a unit left between them or not.
  std::vector<Anchors> said_of(std::string_view key, std::string_view id) {
    const std::vector<Value> values = overlay_.values();
    std::vector<std::tuple<Stamp, bool, Anchors>> said;
    for (size_t place = 0; place < values.size(); ++place) {
      const Any* json = values[place].any();
      const AnyObject* object = json == nullptr ? nullptr : json->as_object();
      Mark mark;
      Stamp stamp{0, 0, place};
      if (object == nullptr || !read_mark(*object, mark) || mark.key != key || mark.id != id ||
          !read_stamp(object->find("stamp"), stamp)) {
        continue;
      }
      const bool is_here = read_anchor(object->find("start")) && read_anchor(object->find("end"));
      if (!is_here) continue;
      said.emplace_back(stamp, mark.value.is_null(),
                        Anchors{*object->find("start"), *object->find("end")});
    }
    std::ranges::sort(said, {}, [](const auto& one) { return std::get<Stamp>(one); });
    std::map<std::pair<std::string_view, std::string_view>, const Anchors*> last;
    for (const auto& [stamp, says_null, anchors] : said) {
      last[{as_text(*anchors.start.as_binary()), as_text(*anchors.end.as_binary())}] =
          says_null ? nullptr : &anchors;
    }
    std::vector<Anchors> found;
    for (const auto& [bytes, anchors] : last) {
      if (anchors != nullptr) found.push_back(*anchors);
    }
    return found;
  }

  // The places in the overlay of those that a later one covers for good, ascending.
  std::vector<size_t> covered() const {
    std::vector<size_t> order(stamps_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, [&](size_t a, size_t b) { return stamps_[a] > stamps_[b]; });
    std::map<std::pair<std::string_view, std::string_view>, Cover> covers;
    std::vector<size_t> found;
    for (const size_t i : order) {
      Cover& cover = covers[{reading_.marks[i].key, reading_.marks[i].id}];
      if (!cover_or_extend(cover, i)) found.push_back(stamps_[i].place);
    }
    std::ranges::sort(found);
    return found;
  }

  MarkReading run() {
    std::vector<size_t> order(stamps_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto slot = [this](size_t i) {
      return std::pair<std::string_view, std::string_view>(reading_.marks[i].key,
                                                           reading_.marks[i].id);
    };
    std::ranges::sort(order, [&](size_t a, size_t b) {
      const auto a_slot = slot(a);
      const auto b_slot = slot(b);
      return a_slot != b_slot ? a_slot < b_slot : places_[a].first < places_[b].first;
    });
    for (size_t first = 0; first < order.size();) {
      size_t end = first + 1;
      while (end < order.size() && slot(order[end]) == slot(order[first])) ++end;
      sweep(std::span(order).subspan(first, end - first));
      first = end;
    }
    std::ranges::sort(reading_.spans, {},
                      [](const MarkSpan& span) { return std::pair(span.first, span.mark); });
    return std::move(reading_);
  }

 private:
  struct Place {
    uint32_t first;
    uint32_t end;
    Any start_anchor;
    Any end_anchor;
  };

  // Of what several say of one unit, the highest stamp counts.
  MarkCopies copies_in(std::span<const Value> statements) const {
    std::vector<std::pair<Stamp, std::vector<RestoredUnits>>> found;
    for (size_t place = 0; place < statements.size(); ++place) {
      const Any* json = statements[place].any();
      const AnyObject* object = json == nullptr ? nullptr : json->as_object();
      const Any* copies = object == nullptr ? nullptr : object->find("copies");
      Stamp stamp{0, 0, place};
      if (copies == nullptr || !read_stamp(object->find("stamp"), stamp)) continue;
      if (auto units = copies_from_json(*copies)) found.emplace_back(stamp, std::move(*units));
    }
    std::ranges::sort(found, {}, [](const auto& statement) { return statement.first; });
    MarkCopies copies;
    for (const auto& [stamp, units] : found) {
      for (const RestoredUnits& run : units) copies.add(run);
    }
    return copies;
  }

  // Of one key and id, by where they begin, those that no other reaches around: the further back
  // one begins, the further back it ends.
  using Cover = std::map<uint32_t, size_t>;

  bool reaches_around(size_t outer, size_t inner) const {
    const Place& o = places_[outer];
    const Place& i = places_[inner];
    return (o.first < i.first || (o.first == i.first && o.start_anchor == i.start_anchor)) &&
           (o.end > i.end || (o.end == i.end && o.end_anchor == i.end_anchor));
  }

  // False, with the cover as it was, if it reaches around the statement.
  bool cover_or_extend(Cover& cover, size_t statement) const {
    auto next = cover.upper_bound(places_[statement].first);
    if (next != cover.begin() && reaches_around(std::prev(next)->second, statement)) return false;
    const uint32_t end = places_[statement].end;
    if (next != cover.begin() && places_[std::prev(next)->second].end >= end) return true;
    next = cover.lower_bound(places_[statement].first);
    while (next != cover.end() && places_[next->second].end <= end) next = cover.erase(next);
    cover.emplace(places_[statement].first, statement);
    return true;
  }

  bool read_mark(const AnyObject& object, Mark& mark) const {
    const Any* key = object.find("key");
    const Any* id = object.find("id");
    const Any* value = object.find("value");
    if (key == nullptr || key->as_string() == nullptr || value == nullptr) return false;
    if (id != nullptr && id->as_string() == nullptr) return false;
    mark.key = *key->as_string();
    if (id != nullptr) mark.id = *id->as_string();
    mark.value = *value;
    return is_within(mark, limits_);
  }

  bool read_stamp(const Any* json, Stamp& stamp) const {
    const AnyArray* pair = json == nullptr ? nullptr : json->as_array();
    if (pair == nullptr || pair->size() != 2) return false;
    const std::optional<uint64_t> counter = natural_number((*pair)[0]);
    const std::optional<uint64_t> client = natural_number((*pair)[1]);
    if (!counter || !client || *counter == 0 || *counter > highest_counter_) return false;
    stamp.counter = *counter;
    stamp.client = *client;
    return true;
  }

  std::optional<uint32_t> read_anchor(const Any* json) {
    const Buffer* bytes = json == nullptr ? nullptr : json->as_binary();
    if (bytes == nullptr) return std::nullopt;
    Result<RelativePosition> anchor = decode_relative_position(*bytes);
    if (!anchor) return std::nullopt;
    // To look for a root is to make it.
    const bool is_here = anchor->item || (anchor->root == end_.root && anchor->type == end_.type);
    if (!is_here) return std::nullopt;
    Document& document = *text_.document();
    if (anchor->item) {
      if (!copies_) copies_ = copies_in(overlay_.values());
      if (!copies_->is_empty()) anchor->item = copies_->latest(document.store, *anchor->item);
    }
    // What is a copy of what goes by what all replicas are told, not by what this one has undone.
    constexpr bool kFollowsRedone = false;
    const std::optional<AbsolutePosition> place =
        absolute_position(document, *anchor, kFollowsRedone);
    if (!place || place->type != text_) return std::nullopt;
    return place->index;
  }

  // Of one key and id, by where they begin.
  void sweep(std::span<const size_t> statements) {
    std::vector<uint32_t> edges;
    for (const size_t i : statements) {
      edges.push_back(places_[i].first);
      edges.push_back(places_[i].end);
    }
    std::ranges::sort(edges);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    const auto is_older = [this](size_t a, size_t b) { return stamps_[a] < stamps_[b]; };
    std::priority_queue<size_t, std::vector<size_t>, decltype(is_older)> open(is_older);
    MarkSpan span;
    auto next = statements.begin();
    for (const uint32_t edge : edges) {
      for (; next != statements.end() && places_[*next].first == edge; ++next) open.push(*next);
      while (!open.empty() && places_[open.top()].end <= edge) open.pop();
      const bool goes_on = span.end > edge && !open.empty() && open.top() == span.mark;
      if (goes_on) continue;
      close(span, edge);
      if (!open.empty()) span = {edge, places_[open.top()].end, open.top()};
    }
  }

  void close(MarkSpan& span, uint32_t edge) {
    const MarkSpan closed = std::exchange(span, {});
    if (closed.first == closed.end) return;
    const Mark& mark = reading_.marks[closed.mark];
    const bool says_nothing = mark.value.is_null() && !mark.id.empty();
    if (says_nothing) return;
    reading_.spans.push_back({closed.first, std::min(closed.end, edge), closed.mark});
  }

  Text text_;
  Array overlay_;
  const MarkLimits& limits_;
  uint64_t highest_counter_;
  std::optional<MarkCopies> copies_;  // once somebody needs them
  RelativePosition end_;
  MarkReading reading_;
  std::vector<Stamp> stamps_;
  std::vector<Place> places_;
};

bool expands(const MarkTypes& types, std::string_view key, MarkExpand at) {
  const auto found = types.find(key);
  const MarkExpand expand = found == types.end() ? MarkType().expand : found->second.expand;
  return expand == MarkExpand::kBoth || expand == at;
}

tl::unexpected<Error> too_many() {
  return failure(ErrorCode::kTooLarge, "marks: too many at once");
}

}  // namespace

bool is_within(const Mark& mark, const MarkLimits& limits) {
  return !mark.key.empty() && mark.key.size() <= limits.max_name_bytes &&
         mark.id.size() <= limits.max_name_bytes &&
         encoded(mark.value).size() <= limits.max_value_bytes;
}

std::vector<MarkSpan> MarkReading::over(uint32_t first, uint32_t end) const {
  std::vector<MarkSpan> found;
  for (const MarkSpan& span : spans) {
    const MarkSpan cut = {std::max(span.first, first), std::min(span.end, end), span.mark};
    if (cut.first < cut.end) found.push_back(cut);
  }
  return found;
}

Marks::Marks(Doc& doc, Text text, Array overlay, MarkTypes types, const MarkLimits& limits)
    : text_(std::move(text)),
      overlay_(std::move(overlay)),
      types_(std::move(types)),
      limits_(limits) {
  const bool text_is_of_this_document = text_.document() == doc.document();
  const bool overlay_is_of_this_document = overlay_.document() == doc.document();
  TM_ASSERT(text_is_of_this_document);
  TM_ASSERT(overlay_is_of_this_document);
}

MarkReading Marks::read() const {
  if (!text_.is_live() || !overlay_.is_live()) return {};
  Reader reader(text_, overlay_, limits_);
  reader.take_all();
  return reader.run();
}

Result<Delta> Marks::to_delta() const { return delta_with_marks(text_, read(), limits_); }

Result<> Marks::check(const Mark& mark) const {
  if (!is_within(mark, limits_) || mark.value.is_undefined()) {
    return failure(ErrorCode::kInvalid, "mark: no key or value, or one that is too long");
  }
  // As deep as it is going to lie in a statement.
  const Any said(AnyObject({{"key", Any(mark.key)}, {"id", Any(mark.id)}, {"value", mark.value}}));
  if (Result<> checked = check_value(said); !checked) return checked;
  if (!text_.is_live() || !overlay_.is_live()) {
    return failure(ErrorCode::kInvalid, "mark: the text or its marks were deleted");
  }
  return {};
}

Result<> Marks::add(uint32_t index, uint32_t length, const Mark& mark) {
  const uint32_t units = text_.length();
  if (index > units || length > units - index) {
    return failure(ErrorCode::kInvalid, "mark: the range exceeds the text");
  }
  if (length == 0) return check(mark);
  const MarkChange change{mark, index, index + length};
  return write(std::span(&change, 1));
}

Result<> Marks::remove_id(std::string_view key, std::string_view id) {
  if (!text_.is_live() || !overlay_.is_live()) return {};
  const std::vector<Anchors> said = Reader(text_, overlay_, limits_).said_of(key, id);
  if (said.empty()) return {};
  if (said.size() > limits_.max_written) return too_many();
  uint64_t counter = statements_ever(overlay_);
  std::vector<Any> statements;
  for (const Anchors& anchors : said) {
    const Any stamp = stamp_of(++counter, text_.document()->client_id());
    statements.push_back(statement_of({std::string(key), std::string(id)}, anchors, stamp));
  }
  return overlay_.push(statements);
}

Result<> Marks::write(std::span<const MarkChange> changes) {
  if (changes.empty()) return {};
  if (changes.size() > limits_.max_written) return too_many();
  uint64_t counter = statements_ever(overlay_);
  std::vector<Any> statements;
  for (const MarkChange& change : changes) {
    if (Result<> checked = check(change.mark); !checked) return checked;
    const std::string& key = change.mark.key;
    const bool goes_before = expands(types_, key, MarkExpand::kBefore);
    const bool goes_behind = expands(types_, key, MarkExpand::kAfter);
    // What is written next to where a link was taken away is no link, even where the link still
    // has deleted units.
    const bool is_wide = change.mark.value.is_null() && !goes_before && !goes_behind;
    const int64_t before = goes_before || is_wide ? -1 : 0;
    const int64_t behind = goes_behind || is_wide ? 0 : -1;
    const std::optional<RelativePosition> start = relative_position(text_, change.first, before);
    const std::optional<RelativePosition> end = relative_position(text_, change.end, behind);
    if (!start || !end) return failure(ErrorCode::kInvalid, "mark: the text was deleted");
    const Any stamp = stamp_of(++counter, text_.document()->client_id());
    const Anchors anchors = {Any(encode_relative_position(*start)),
                             Any(encode_relative_position(*end))};
    statements.push_back(statement_of(change.mark, anchors, stamp));
  }
  return overlay_.push(statements);
}

Result<> Marks::check_attribute(const std::string& key, const Any& value) const {
  const auto type = types_.find(key);
  const bool has_ids = type != types_.end() && type->second.has_ids;
  if (!has_ids || value.as_object() == nullptr) return check({key, "", value});
  for (const auto& [id, said] : value.as_object()->members()) {
    if (Result<> checked = check({key, id, said}); !checked) return checked;
  }
  return check({key});
}

Result<> Marks::apply_delta(std::span<const DeltaOp> delta) {
  for (const DeltaOp& op : delta) {
    for (const auto& [key, value] : op.attributes) {
      if (Result<> checked = check_attribute(key, value); !checked) return checked;
    }
  }
  std::vector<DeltaOp> plain(delta.begin(), delta.end());
  for (DeltaOp& op : plain) op.attributes.clear();
  Result<> done;
  Document& document = *text_.document();
  document.begin(0);
  done = text_.apply_delta(plain);
  if (done) {
    const Result<std::vector<MarkChange>> changes =
        changes_of_delta(delta, {read(), types_, limits_, text_.length()});
    if (!changes) {
      done = tl::unexpected(changes.error());
    } else {
      done = write(*changes);
    }
  }
  document.end();
  return done;
}

Subscription Marks::observe(std::function<void(const MarkEvent&)> callback) const {
  return overlay_.observe([text = text_, overlay = overlay_, limits = limits_,
                           tell = std::move(callback)](const Event& event) {
    MarkEvent change;
    change.origin = event.origin();
    change.is_local = event.is_local();
    Reader reader(text, overlay, limits);
    for (const DeltaOp& op : event.delta()) {
      change.has_removed = change.has_removed || op.kind == DeltaOp::Kind::kRemove;
      for (const Value& value : op.content) {
        if (text.is_live() && value.any() != nullptr) reader.take(*value.any(), 0);
      }
    }
    change.stated = reader.statements();
    if (change.has_removed || !change.stated.empty()) tell(change);
  });
}

namespace {

// Those of the units whose copies are in the text.
std::vector<RestoredUnits> units_in(const Text& text, std::span<const RestoredUnits> units) {
  const StructStore& store = text.document()->store;
  std::vector<RestoredUnits> inside;
  for (const RestoredUnits& run : units) {
    const ClientIndex client = store.find_client(run.copy.client);
    const ItemHandle copy = store.find(client, static_cast<uint32_t>(run.copy.clock));
    if (store.items[copy].parent == text.branch()) inside.push_back(run);
  }
  return inside;
}

void state_copies(const Text& text, Array overlay, std::span<const RestoredUnits> units) {
  if (!text.is_live() || !overlay.is_live()) return;
  const std::vector<RestoredUnits> copies = units_in(text, units);
  if (copies.empty()) return;
  const Any stamp = stamp_of(statements_ever(overlay) + 1, text.document()->client_id());
  const Any statement(AnyObject({{"copies", copies_to_json(copies)}, {"stamp", stamp}}));
  const Result<> pushed = overlay.push(std::span(&statement, 1));
  TM_ASSERT(pushed.has_value());
}

}  // namespace

Subscription Marks::follow(UndoStack& stack) const {
  return stack.on_restore([text = text_, overlay = overlay_](std::span<const RestoredUnits> units) {
    state_copies(text, overlay, units);
  });
}

size_t Marks::prune() {
  if (!text_.is_live() || !overlay_.is_live()) return 0;
  Reader reader(text_, overlay_, limits_);
  reader.take_all();
  const std::vector<size_t> covered = reader.covered();
  if (covered.empty()) return 0;
  Document& document = *overlay_.document();
  document.begin(0);
  for (size_t end = covered.size(); end > 0;) {
    size_t first = end - 1;
    while (first > 0 && covered[first - 1] + 1 == covered[first]) --first;
    const Result<> erased =
        overlay_.erase(static_cast<uint32_t>(covered[first]), static_cast<uint32_t>(end - first));
    TM_ASSERT(erased.has_value());
    end = first;
  }
  document.end();
  return covered.size();
}

}  // namespace tidemark::crdt
