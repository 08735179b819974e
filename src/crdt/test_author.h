// For tests: writes something at random into a document, of all kinds of content that histories
// have trouble with.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/doc.h"

namespace tidemark::crdt {

// Writes text, formats, entries and lists within lists.
class Author {
 public:
  Author(Doc& doc, Random& random) : doc_(doc), random_(random) {}

  void edit() {
    switch (random_.below(8)) {
      case 0: return edit_map();
      case 1:
      case 2: return edit_list(doc_.array("a"), 0);
      case 3: return format();
      default: return edit_text(doc_.text(random_.one_in(2) ? "t" : "u"));
    }
  }

 private:
  void edit_text(Text text) {
    const uint32_t length = text.length();
    const auto at = static_cast<uint32_t>(random_.below(length + 1));
    if (length - at > 0 && !random_.one_in(3)) {
      EXPECT_TRUE(text.erase(
          at, 1 + static_cast<uint32_t>(random_.below(std::min<uint32_t>(length - at, 6)))));
    } else {
      constexpr std::array kPieces = {"a", "bc", "word ", "ü"};
      EXPECT_TRUE(text.insert(at, kPieces[random_.below(kPieces.size())]));
    }
  }
  void format() {
    Text text = doc_.text("u");
    if (text.length() < 2) return;
    const Attributes bold = {{"b", random_.one_in(2) ? Any(true) : Any(Null())}};
    EXPECT_TRUE(text.format(static_cast<uint32_t>(random_.below(text.length() - 1)), 2, bold));
  }
  void edit_map() {
    const std::string key(1, static_cast<char>('k' + random_.below(3)));
    if (random_.one_in(3)) return doc_.map("m").erase(key);
    if (random_.one_in(2)) return static_cast<void>(doc_.map("m").set_type(key, TypeRef::kArray));
    doc_.map("m").set(key, Any(static_cast<double>(random_.below(100))));
  }
  void edit_list(Array list, int depth) {
    const uint32_t length = list.length();
    if (length > 0 && depth < 3 && !random_.one_in(3)) {
      const auto value = list.at(static_cast<uint32_t>(random_.below(length)));
      if (value->type() != nullptr) {
        return edit_list(Array(doc_.document(), value->type()->branch()), depth + 1);
      }
    }
    const auto at = static_cast<uint32_t>(random_.below(length + 1));
    if (at < length && random_.one_in(2)) {
      EXPECT_TRUE(list.erase(at, 1));
    } else if (random_.one_in(2)) {
      EXPECT_TRUE(list.insert_type(at, TypeRef::kArray));
    } else {
      const std::vector<Any> values = {Any("v"), Any(static_cast<double>(at))};
      EXPECT_TRUE(list.insert(at, values));
    }
  }

  Doc& doc_;
  Random& random_;
};

}  // namespace tidemark::crdt
