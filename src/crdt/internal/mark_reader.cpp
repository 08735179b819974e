#include "crdt/internal/mark_reader.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <queue>

#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

std::vector<size_t> numbers_below(size_t end) {
  std::vector<size_t> numbers(end);
  std::iota(numbers.begin(), numbers.end(), size_t{0});
  return numbers;
}

}  // namespace

MarkReader::MarkReader(const Text& text, const Array& overlay, const MarkLimits& limits)
    : text_(text), overlay_(overlay), limits_(limits), highest_counter_(statements_ever(overlay)) {
  const std::optional<RelativePosition> end = relative_position(text, text.length());
  if (end) end_ = *end;
}

void MarkReader::take_all() {
  const std::vector<Value> values = overlay_.values();
  copies_ = copies_in(values);
  for (size_t place = 0; place < values.size(); ++place) take(values[place], place);
}

void MarkReader::take(const Value& value, size_t place) {
  std::optional<MarkStatement> statement = read(value, place);
  if (!statement) return;
  const std::optional<uint32_t> first = place_of(statement->start);
  const std::optional<uint32_t> end = place_of(statement->end);
  if (first && end && *first < *end) taken_.push_back({std::move(*statement), *first, *end});
}

std::vector<MarkChange> MarkReader::statements() const {
  std::vector<MarkChange> all;
  all.reserve(taken_.size());
  for (const Taken& taken : taken_) {
    all.push_back({taken.statement.mark, taken.first, taken.end});
  }
  return all;
}

MarkReading MarkReader::run() {
  std::vector<size_t> order = numbers_below(taken_.size());
  std::ranges::sort(order, [this](size_t a, size_t b) {
    const Slot a_slot = slot(a);
    const Slot b_slot = slot(b);
    return a_slot != b_slot ? a_slot < b_slot : taken_[a].first < taken_[b].first;
  });
  MarkReading reading;
  for (size_t first = 0; first < order.size();) {
    size_t end = first + 1;
    while (end < order.size() && slot(order[end]) == slot(order[first])) ++end;
    sweep(std::span(order).subspan(first, end - first), reading.spans);
    first = end;
  }
  std::ranges::sort(reading.spans, {},
                    [](const MarkSpan& span) { return std::pair(span.first, span.mark); });
  for (Taken& taken : taken_) reading.marks.push_back(std::move(taken.statement.mark));
  taken_.clear();
  return reading;
}

std::vector<size_t> MarkReader::covered() const {
  std::vector<size_t> order = numbers_below(taken_.size());
  std::ranges::sort(order, std::ranges::greater(),
                    [this](size_t i) { return taken_[i].statement.stamp; });
  std::map<Slot, Cover> covers;
  std::vector<size_t> found;
  for (const size_t i : order) {
    if (!cover_or_extend(covers[slot(i)], i)) found.push_back(taken_[i].statement.stamp.place);
  }
  std::ranges::sort(found);
  return found;
}

std::vector<MarkStatement> MarkReader::said_of(std::string_view key, std::string_view id) {
  const std::vector<Value> values = overlay_.values();
  std::vector<MarkStatement> said;
  for (size_t place = 0; place < values.size(); ++place) {
    std::optional<MarkStatement> statement = read(values[place], place);
    if (!statement || statement->mark.key != key || statement->mark.id != id) continue;
    const bool is_here = place_of(statement->start) && place_of(statement->end);
    if (is_here) said.push_back(std::move(*statement));
  }
  std::ranges::sort(said, {}, &MarkStatement::stamp);
  std::map<std::pair<std::string_view, std::string_view>, const MarkStatement*> last;
  for (const MarkStatement& statement : said) {
    last[{as_text(*statement.start.as_binary()), as_text(*statement.end.as_binary())}] = &statement;
  }
  std::vector<MarkStatement> found;
  for (const auto& [anchors, statement] : last) {
    if (!statement->mark.value.is_null()) found.push_back(*statement);
  }
  return found;
}

MarkCopies MarkReader::copies_in(std::span<const Value> statements) const {
  std::vector<CopyStatement> found;
  for (size_t place = 0; place < statements.size(); ++place) {
    std::optional<CopyStatement> statement = copy_statement(statements[place], place);
    if (statement && statement->stamp.counter <= highest_counter_) {
      found.push_back(std::move(*statement));
    }
  }
  std::ranges::sort(found, {}, &CopyStatement::stamp);
  MarkCopies copies;
  for (const CopyStatement& statement : found) {
    for (const RestoredUnits& run : statement.copies) copies.add(run);
  }
  return copies;
}

std::optional<MarkStatement> MarkReader::read(const Value& value, size_t place) const {
  std::optional<MarkStatement> statement = mark_statement(value, place);
  if (!statement || statement->stamp.counter > highest_counter_) return std::nullopt;
  if (!check_sizes(statement->mark, limits_)) return std::nullopt;
  return statement;
}

std::optional<uint32_t> MarkReader::place_of(const Any& anchor) {
  Result<RelativePosition> position = decode_relative_position(*anchor.as_binary());
  if (!position) return std::nullopt;
  // To look for a root is to make it.
  const bool is_here =
      position->item || (position->root == end_.root && position->type == end_.type);
  if (!is_here) return std::nullopt;
  Document& document = *text_.document();
  if (position->item) {
    if (!copies_) copies_ = copies_in(overlay_.values());
    if (!copies_->is_empty()) position->item = copies_->latest(document.store, *position->item);
  }
  // What is a copy of what goes by what all replicas are told, not by what this one has undone.
  constexpr bool kFollowsRedone = false;
  const std::optional<AbsolutePosition> place =
      absolute_position(document, *position, kFollowsRedone);
  if (!place || place->type != text_) return std::nullopt;
  return place->index;
}

MarkReader::Slot MarkReader::slot(size_t taken) const {
  const Mark& mark = taken_[taken].statement.mark;
  return {mark.key, mark.id};
}

bool MarkReader::reaches_around(size_t outer, size_t inner) const {
  const Taken& o = taken_[outer];
  const Taken& i = taken_[inner];
  return (o.first < i.first || (o.first == i.first && o.statement.start == i.statement.start)) &&
         (o.end > i.end || (o.end == i.end && o.statement.end == i.statement.end));
}

// False, with the cover as it was, if it reaches around the statement.
bool MarkReader::cover_or_extend(Cover& cover, size_t taken) const {
  auto next = cover.upper_bound(taken_[taken].first);
  if (next != cover.begin() && reaches_around(std::prev(next)->second, taken)) return false;
  const uint32_t end = taken_[taken].end;
  if (next != cover.begin() && taken_[std::prev(next)->second].end >= end) return true;
  next = cover.lower_bound(taken_[taken].first);
  while (next != cover.end() && taken_[next->second].end <= end) next = cover.erase(next);
  cover.emplace(taken_[taken].first, taken);
  return true;
}

// Adds where those of one slot count.
void MarkReader::sweep(std::span<const size_t> slot_by_begin, std::vector<MarkSpan>& spans) const {
  std::vector<uint32_t> edges;
  for (const size_t i : slot_by_begin) {
    edges.push_back(taken_[i].first);
    edges.push_back(taken_[i].end);
  }
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  const auto is_older = [this](size_t a, size_t b) {
    return taken_[a].statement.stamp < taken_[b].statement.stamp;
  };
  std::priority_queue<size_t, std::vector<size_t>, decltype(is_older)> open(is_older);
  MarkSpan span;
  auto next = slot_by_begin.begin();
  for (const uint32_t edge : edges) {
    for (; next != slot_by_begin.end() && taken_[*next].first == edge; ++next) open.push(*next);
    while (!open.empty() && taken_[open.top()].end <= edge) open.pop();
    const bool goes_on = span.end > edge && !open.empty() && open.top() == span.mark;
    if (goes_on) continue;
    close(span, edge, spans);
    if (!open.empty()) span = {edge, taken_[open.top()].end, open.top()};
  }
}

void MarkReader::close(MarkSpan& span, uint32_t edge, std::vector<MarkSpan>& spans) const {
  const MarkSpan closed = std::exchange(span, {});
  if (closed.first == closed.end) return;
  const Mark& mark = taken_[closed.mark].statement.mark;
  const bool says_nothing = mark.value.is_null() && !mark.id.empty();
  if (says_nothing) return;
  spans.push_back({closed.first, std::min(closed.end, edge), closed.mark});
}

}  // namespace tidemark::crdt
