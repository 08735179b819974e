#include "crdt/marks.h"

#include <algorithm>

#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/mark_reader.h"
#include "crdt/internal/mark_statement.h"
#include "crdt/internal/mark_text.h"
#include "crdt/internal/undo_history.h"

namespace tidemark::crdt {
namespace {

bool expands(const MarkType& type, MarkExpand at) {
  return type.expand == MarkExpand::kBoth || type.expand == at;
}

tl::unexpected<Error> too_many() {
  return failure(ErrorCode::kTooLarge, "marks: too many at once");
}

}  // namespace

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
  MarkReader reader(text_, overlay_, limits_);
  reader.take_all();
  return reader.run();
}

Result<Delta> Marks::to_delta() const { return delta_with_marks(text_, read(), limits_); }

Result<> Marks::check(const Mark& mark) const {
  if (mark.value.is_undefined()) return failure(ErrorCode::kInvalid, "mark: no value");
  // As deep as it is going to lie in a statement.
  const Any said(AnyObject({{"key", Any(mark.key)}, {"id", Any(mark.id)}, {"value", mark.value}}));
  if (Result<> checked = check_json_value(said); !checked) return checked;
  if (Result<> checked = check_sizes(mark, limits_); !checked) return checked;
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
  std::vector<MarkStatement> said = MarkReader(text_, overlay_, limits_).said_of(key, id);
  if (said.empty()) return {};
  if (said.size() > limits_.max_written) return too_many();
  Stamp stamp = next_stamp(overlay_);
  std::vector<Any> statements;
  for (MarkStatement& statement : said) {
    statement.stamp = stamp;
    statement.mark.value = Any(Null{});
    statements.push_back(statement_to_json(statement));
    ++stamp.counter;
  }
  return overlay_.push(statements);
}

Result<> Marks::write(std::span<const MarkChange> changes) {
  if (changes.empty()) return {};
  if (changes.size() > limits_.max_written) return too_many();
  Stamp stamp = next_stamp(overlay_);
  std::vector<Any> statements;
  for (const MarkChange& change : changes) {
    if (Result<> checked = check(change.mark); !checked) return checked;
    const MarkType type = type_of(types_, change.mark.key);
    const bool goes_before = expands(type, MarkExpand::kBefore);
    const bool goes_behind = expands(type, MarkExpand::kAfter);
    // What is written next to where a link was taken away is no link, even where the link still
    // has deleted units.
    const bool is_wide = change.mark.value.is_null() && !goes_before && !goes_behind;
    const int64_t before = goes_before || is_wide ? -1 : 0;
    const int64_t behind = goes_behind || is_wide ? 0 : -1;
    const std::optional<RelativePosition> start = relative_position(text_, change.first, before);
    const std::optional<RelativePosition> end = relative_position(text_, change.end, behind);
    if (!start || !end) return failure(ErrorCode::kInvalid, "mark: the text was deleted");
    statements.push_back(
        statement_to_json({change.mark, stamp, Any(encode_relative_position(*start)),
                           Any(encode_relative_position(*end))}));
    ++stamp.counter;
  }
  return overlay_.push(statements);
}

Result<> Marks::check_attribute(const std::string& key, const Any& value) const {
  if (!type_of(types_, key).has_ids || value.as_object() == nullptr) return check({key, "", value});
  for (const auto& [id, said] : value.as_object()->members()) {
    // Beside marks with ids, one without would not be shown.
    if (id.empty()) return failure(ErrorCode::kInvalid, "mark: an object of ids has an empty one");
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
        changes_of_delta(delta, {text_, read(), types_, limits_});
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
    MarkReader reader(text, overlay, limits);
    for (const DeltaOp& op : event.delta()) {
      change.has_removed = change.has_removed || op.kind == DeltaOp::Kind::kRemove;
      for (const Value& value : op.content) {
        if (text.is_live()) reader.take(value, 0);
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
  const Any statement = statement_to_json(copies, next_stamp(overlay));
  const Result<> pushed = overlay.push(std::span(&statement, 1));
  TM_ASSERT(pushed.has_value());
}

}  // namespace

Subscription Marks::follow(UndoStack& stack) const {
  // Null when the stack's document is gone: nothing comes back any more.
  if (const UndoHistory* history = stack.live()) {
    const bool stack_is_of_this_document = &history->document() == text_.document();
    TM_ASSERT(stack_is_of_this_document);
  }
  return stack.on_restore([text = text_, overlay = overlay_](std::span<const RestoredUnits> units) {
    state_copies(text, overlay, units);
  });
}

size_t Marks::prune() {
  if (!text_.is_live() || !overlay_.is_live()) return 0;
  MarkReader reader(text_, overlay_, limits_);
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
