// Marks on a text as Peritext has them (Litt, Lim, Kleppmann and van Hardenberg, "Peritext: A CRDT
// for Collaborative Rich Text Editing", 2022), beside the formats of Yjs. A mark is a statement
// about the text between two anchors; statements are only ever added, and of those that speak of
// one character and one key the one with the highest stamp counts. They lie in an ordinary Y.Array
// of the same document, so that every Yjs peer carries them; docs/marks.md has the format and what
// it means. Content of strangers that is no mark is passed over. What undo brings back is new text;
// it has the marks that it had if they follow() the stack, else those that reach over its place.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crdt/doc.h"
#include "crdt/relative_position.h"
#include "crdt/undo.h"

namespace tidemark::crdt {

// At which ends a mark takes in what is written right there later.
enum class MarkExpand : uint8_t { kNeither, kBefore, kAfter, kBoth };

struct MarkType {
  MarkExpand expand = MarkExpand::kAfter;
  bool has_ids = false;  // many may lie on one character; matters to apply_delta() only
};
// By key. What is not listed expands behind, as bold does; give links and comments kNeither.
using MarkTypes = std::map<std::string, MarkType, std::less<>>;

// What a mark says, and where. Marks of one key override each other, unless they have ids: then
// those of each id do, and many may lie on one character, as comments may.
struct Mark {
  std::string key;
  std::string id = {};      // "" for none
  Any value = Any(Null{});  // null takes the key, or the id, away
};

// Where a mark counts now, in units of the text; not empty.
struct MarkSpan {
  uint32_t first = 0;
  uint32_t end = 0;
  size_t mark = 0;  // into MarkReading::marks
  friend bool operator==(const MarkSpan&, const MarkSpan&) = default;
};

// What the overlay says at one moment. It does not follow later changes.
struct MarkReading {
  std::vector<Mark> marks;
  // By where they begin. Those of one key and id do not overlap. A mark without an id may say null
  // here: then it takes away what the text's own format of that key says.
  std::vector<MarkSpan> spans;

  // Those that have a unit in common with the range, cut to it. Linear in all spans.
  std::vector<MarkSpan> over(uint32_t first, uint32_t end) const;
};

struct MarkLimits {
  // Of keys and ids, and of the value as it is encoded: what is longer is no mark.
  size_t max_name_bytes = 256;
  size_t max_value_bytes = 16 * 1024;
  // Many marks over each other make far more attributes than there are marks.
  size_t max_attribute_bytes = size_t{64} << 20;
  size_t max_written = 100'000;  // by one call
};

// A mark as it was stated, and where that is.
struct MarkChange {
  Mark mark;
  uint32_t first = 0;
  uint32_t end = 0;
};

// What one transaction changed among the statements.
struct MarkEvent {
  // New ones, where they are now. They count as far as no higher stamp speaks of the same.
  std::vector<MarkChange> stated;
  // Something was taken out of the overlay, statement or not: by undo, by prune(), by a stranger.
  bool has_removed = false;
  Origin origin = 0;
  bool is_local = false;
};

class Marks {
 public:
  // Holds handles only: must not be used when the document is gone, which may be moved. A text or
  // an array of another document is a bug. All who edit a text agree on the array that its marks
  // are in; for a root `name` the custom is the root "tidemark:marks:" + name.
  Marks(Doc& doc, Text text, Array overlay, MarkTypes types = {}, const MarkLimits& limits = {});

  // A statement about these units, in time linear in the items of the overlay, which are one or few
  // per writer. kInvalid if they exceed the text, the key is empty or a name or value is too long;
  // what check_json_value() says of these.
  Result<> add(uint32_t index, uint32_t length, const Mark& mark);
  // That this id is gone from the whole text, also from where its text was deleted: what is written
  // there later does not have it either. What was never said is no error, and nothing is written.
  // kTooLarge if it was said more often than the limits let one call write.
  Result<> remove_id(std::string_view key, std::string_view id);

  // O((n + items) log n) for n statements.
  MarkReading read() const;
  // The text with its own formats, and over them what the marks say: the value as an attribute,
  // or of marks with ids an object of values by id. Where those count, a mark of their key without
  // an id is not shown. Linear in what it says, after read(). kTooLarge for more than the limits,
  // before anything is built.
  Result<Delta> to_delta() const;
  // Inserts, retains and removes as Quill means them, in one transaction, with attributes as marks.
  // With nothing done, what the text or add() says of any part of it. kTooLarge too if more marks
  // would have to be written or looked at than the limits allow, which only deltas with thousands
  // of marks meet: then the text is changed and the marks are missing.
  // What is inserted has the attributes given and no others, but for marks with ids that it comes
  // to lie in. Of a key whose type has ids, the attribute is an object of values by id; null takes
  // away each id, the mark without one and the text's own format. An empty id in an object is
  // kInvalid; a value that is no object becomes a mark without an id. Takes a read() whatever the
  // delta: a keystroke among thousands of marks is Text::insert()'s.
  Result<> apply_delta(std::span<const DeltaOp> delta);

  // Calls back after each transaction that added statements which speak of any unit at its end, or
  // took anything out of the overlay. What the text does to the marks on it, its own observers
  // tell. May outlive this.
  [[nodiscard]] Subscription observe(std::function<void(const MarkEvent&)> callback) const;

  // From now on, what this stack brings back of the text has the marks again that it had, on all
  // replicas: each undo and redo that brings some back states in the overlay what is a copy of
  // what, in its own transaction. Copies are followed a thousand times at most: text brought back
  // more often than that loses its marks. May outlive this. The stack may keep the overlay in its
  // scope, so that marks are undone too, or not; one of another document is a bug.
  [[nodiscard]] Subscription follow(UndoStack& stack) const;

  // Takes out statements that another one of their key and id with a higher stamp covers at both
  // ends, whatever may be written there: they count nowhere and will not, unless what covers them
  // is taken back by undo. Says how many. Any replica may do it at any time, several at once too;
  // for overlays that have grown long. O(n log n), in one transaction.
  size_t prune();

 private:
  Result<> check(const Mark& mark) const;
  Result<> check_attribute(const std::string& key, const Any& value) const;
  Result<> write(std::span<const MarkChange> changes);

  Text text_;
  Array overlay_;
  MarkTypes types_;
  MarkLimits limits_;
};

}  // namespace tidemark::crdt
