// Live content of a shared type, piece by piece and without a copy of the whole:
//
//   for (const TextRun& run : text.runs()) print(run.text);
//
// A range is read once, from front to end. Views in a piece are valid until the next piece. Whoever
// edits the document, or begins a transaction on it, ends all its ranges: reading on is a bug,
// which ends the process as every failed assertion does, and never reads what has moved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decoder.h"
#include "crdt/shared_type.h"

namespace tidemark::crdt {

// A piece of text as it lies in the document, or one embed. Neighbours may have equal attributes;
// Text::to_delta() joins those that no format lies between.
struct TextRun {
  uint32_t index = 0;          // in UTF-16 units, as all positions in texts
  uint32_t length = 0;         // in UTF-16 units; 1 for an embed
  std::string_view text = {};  // UTF-8; empty for an embed
  std::optional<Value> embed = {};
  Attributes attributes = {};  // in force here
};

struct MapEntry {
  std::string_view key;
  Value value;
};

// What the sources of all ranges know: where they stand, and whether that is still true.
class LiveSource {
 protected:
  static constexpr uint32_t kNowhere = ~uint32_t{0};

  explicit LiveSource(const SharedType& type);
  // Asserts that nobody has edited since the range began.
  Document& document() const;
  uint32_t branch() const { return type_.branch(); }

 private:
  SharedType type_;
  uint32_t changes_;
};

class TextRuns : public LiveSource {
 public:
  using Piece = TextRun;
  explicit TextRuns(const SharedType& text);
  bool is_at_end() const { return item_ == kNowhere; }
  const TextRun& piece() const { return run_; }
  void advance();

 private:
  void settle();

  uint32_t item_;
  TextRun run_;
};

class ListElements : public LiveSource {
 public:
  using Piece = Value;
  explicit ListElements(const SharedType& list);
  bool is_at_end() const { return item_ == kNowhere; }
  const Value& piece() const { return value_; }
  void advance();

 private:
  void settle();

  uint32_t item_;
  uint32_t offset_ = 0;         // of the element in its item
  Decoder encoded_;             // what follows in the item
  std::vector<Value> decoded_;  // of an item whose elements are not decoded one by one
  Value value_;
};

class MapEntries : public LiveSource {
 public:
  using Piece = MapEntry;
  explicit MapEntries(const SharedType& map);
  bool is_at_end() const { return is_at_end_; }
  const MapEntry& piece() const { return entry_; }
  void advance();

 private:
  void settle();

  size_t number_ = 0;
  bool is_at_end_ = false;
  MapEntry entry_;
};

class XmlChildren : public LiveSource {
 public:
  using Piece = SharedType;
  explicit XmlChildren(const SharedType& parent);
  bool is_at_end() const { return item_ == kNowhere; }
  const SharedType& piece() const { return child_; }
  void advance();

 private:
  void settle();

  uint32_t item_;
  SharedType child_;
};

// An input range over the pieces of a source.
template <typename Source>
class LiveRange {
 public:
  class Iterator {
   public:
    using value_type = typename Source::Piece;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Source& source) : source_(&source) {}
    const value_type& operator*() const { return source_->piece(); }
    const value_type* operator->() const { return &source_->piece(); }
    Iterator& operator++() {
      source_->advance();
      return *this;
    }
    void operator++(int) { source_->advance(); }
    friend bool operator==(const Iterator& at, std::default_sentinel_t) {
      return at.source_->is_at_end();
    }

   private:
    Source* source_;
  };

  explicit LiveRange(const SharedType& type) : source_(type) {}
  Iterator begin() { return Iterator(source_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  Source source_;
};

}  // namespace tidemark::crdt
