// Taking back what was done here without taking back what others did: Yjs calls this UndoManager.
// Every transaction in scope becomes a step, or joins the last one if it comes soon after it. What
// a step deleted keeps its content until the step is gone.
//
// Time is an argument: say it with set_time() before the edits that it counts for. A stack belongs
// to the thread of its document; either may die first. To destroy it or to assign to it in
// a call of its own is a bug.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/instant.h"
#include "crdt/doc.h"
#include "crdt/id.h"

namespace tidemark::crdt {

class UndoHistory;

// What an application remembers with a step, such as where the cursor was.
using UndoMeta = std::map<std::string, Any, std::less<>>;

// A transaction that might become part of a step.
struct CapturedTransaction {
  Origin origin;
  bool is_local;
};

// Content that undo or redo is about to delete. Valid during the callback.
class UndoTarget {
 public:
  UndoTarget(Document& document, uint32_t item) : document_(&document), item_(item) {}

  // The type that it is part of.
  SharedType parent() const;
  // Where it is an entry of a map or an attribute.
  std::optional<std::string> key() const;
  // Elements, one by one; text as one string. Empty for a format.
  std::vector<Value> values() const;
  // The content if it is a type, else empty.
  SharedType type() const;
  // The writer, and the clock and count of the units.
  uint64_t client() const;
  uint32_t clock() const;
  uint32_t length() const;

 private:
  Document* document_;
  uint32_t item_;
};

struct UndoOptions {
  // A transaction less than this after the one before joins its step.
  int64_t capture_timeout_ms = 500;
  // Transactions of other origins are left alone.
  std::vector<Origin> tracked_origins = {0};
  // Under which undo and redo run: by default a number that no other stack of the document has.
  std::optional<Origin> origin = std::nullopt;
  // Whether undo may bring back a value of a key over one that somebody else has set since.
  bool ignores_remote_map_changes = false;
  // False leaves a transaction alone.
  std::function<bool(const CapturedTransaction&)> captures = {};
  // False leaves content as it is, though a step would delete it.
  std::function<bool(const UndoTarget&)> may_delete = {};
};

struct UndoEvent {
  enum class Kind : uint8_t {
    kAdded,    // a step came onto a side
    kUpdated,  // a transaction joined the last step
    kPopped,   // a step was undone (side kUndo) or redone
    kCleared,  // one side or both were emptied
  };
  enum class Side : uint8_t { kUndo, kRedo };
  Kind kind;
  Side side = Side::kUndo;
  // Of the transaction; of the stack itself for kPopped.
  Origin origin = 0;
  // The step's; null for kCleared.
  UndoMeta* meta = nullptr;
  // For kCleared.
  bool is_undo_cleared = false;
  bool is_redo_cleared = false;

  // Whether the transaction changed this type or one within. Valid during the callback.
  bool changed(const SharedType& type) const;

  const UndoHistory* history = nullptr;
};

// Units of one list that undo or redo brought back. What was deleted does not live again: these are
// copies.
struct RestoredUnits {
  Id original;  // the first of them
  Id copy;
  uint64_t length = 0;
  friend bool operator==(const RestoredUnits&, const RestoredUnits&) = default;
};

class UndoStack {
 public:
  // The whole document.
  explicit UndoStack(Doc& doc, UndoOptions options = {});
  // These types of it, with all that lies in them. A type of another document is a bug, here and in
  // add_to_scope() and UndoEvent::changed().
  UndoStack(Doc& doc, std::span<const SharedType> scope, UndoOptions options = {});
  // What was moved from may only be assigned to or destroyed: anything else is a bug.
  UndoStack(UndoStack&&) noexcept;
  UndoStack& operator=(UndoStack&&) noexcept;
  // Gives up the steps, and what they kept to later garbage collection.
  ~UndoStack();

  void add_to_scope(const SharedType& type);
  void add_tracked_origin(Origin origin);
  void remove_tracked_origin(Origin origin);
  Origin origin() const;

  // Should not go back: an edit earlier than the one before it joins the step of that one, whatever
  // the timeout, unless stop_capturing() came between.
  void set_time(Instant now);
  // The next transaction begins a step of its own.
  void stop_capturing();

  // One step, and those before it that have no effect any more. False if there was none with an
  // effect, and inside of a call of this stack: an event, whichever, `captures` or `may_delete`. In
  // an open transaction, and in a callback of the document, it is an edit like any other, as in
  // Yjs: it takes back what is on the stack by then, and becomes a step of the undo side itself, so
  // that who undoes whatever happens never ends.
  bool undo();
  bool redo();
  bool can_undo() const { return undo_count() > 0; }
  bool can_redo() const { return redo_count() > 0; }
  size_t undo_count() const;
  size_t redo_count() const;
  void clear(bool undo = true, bool redo = true);

  [[nodiscard]] Subscription on_event(std::function<void(const UndoEvent&)> callback);
  // Calls back inside the transaction of undo or redo, once all that comes back is there, if
  // anything does. What the callback writes is in the same update and part of no step: it stays
  // when the step is taken back. Whoever keeps places by id learns here where they are now.
  [[nodiscard]] Subscription on_restore(
      std::function<void(std::span<const RestoredUnits>)> callback);

 private:
  friend class Marks;  // asks whose stack it follows

  UndoHistory& history() const;
  UndoHistory* live() const;
  void release();

  // Gone when the document is.
  std::weak_ptr<Observers> observers_;
  std::unique_ptr<UndoHistory> history_;
};

}  // namespace tidemark::crdt
