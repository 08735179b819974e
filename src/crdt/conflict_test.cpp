// Structs that no editor writes, put at the same places by several writers: the shortcuts of the
// scan for their order must find what the scan finds.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/encoder.h"
#include "base/random.h"
#include "crdt/doc.h"
#include "crdt/test_seeds.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

constexpr uint64_t kWriters = 4;
constexpr size_t kStructs = 40;
constexpr uint64_t kReader = 100;

struct Unit {
  uint64_t client;
  uint64_t clock;
};

// A struct of one character, with neighbours of which it need not have been one.
struct Said {
  char character = 0;
  Unit id{};
  std::optional<Unit> origin;
  std::optional<Unit> right_origin;
};

std::vector<Said> random_structs(Random& random) {
  std::vector<Said> all;
  std::array<uint64_t, kWriters> clocks{};
  // Few places, so that many meet.
  const auto place = [&]() -> std::optional<Unit> {
    if (all.empty() || random.one_in(2)) return std::nullopt;
    return all[random.below(std::min<uint64_t>(all.size(), 4))].id;
  };
  Said said;
  for (size_t i = 0; i < kStructs; ++i) {
    said.character = static_cast<char>('0' + i);
    const bool repeats = i > 0 && random.below(3) > 0;
    if (!repeats) {
      said.id.client = random.below(kWriters);
      said.origin = place();
      said.right_origin = place();
    }
    said.id.clock = clocks[said.id.client]++;
    all.push_back(said);
  }
  return all;
}

void write_unit(Encoder& to, const Unit& unit) {
  to.write_varuint(unit.client + 1);
  to.write_varuint(unit.clock);
}

void write_struct(Encoder& to, const Said& said) {
  const unsigned flags = (said.origin ? 0x80u : 0u) | (said.right_origin ? 0x40u : 0u);
  to.write_byte(static_cast<uint8_t>(flags | 4));
  if (said.origin) write_unit(to, *said.origin);
  if (said.right_origin) write_unit(to, *said.right_origin);
  if (flags == 0) {
    to.write_varuint(1);
    to.write_varstring("t");
  }
  to.write_varstring(std::string(1, said.character));
}

// One client's structs [first, end), which follow each other.
Buffer update_of(const std::vector<Said>& all, size_t first, size_t end) {
  Encoder to;
  to.write_varuint(1);
  to.write_varuint(end - first);
  write_unit(to, all[first].id);
  for (size_t i = first; i < end; ++i) write_struct(to, all[i]);
  to.write_varuint(0);
  return copy_of(to.bytes());
}

std::string text_of(Doc& doc) { return doc.text("t").to_string(); }

}  // namespace

// The first update comes last, so that no load of the others comes to its end.
TEST(Conflict, is_resolved_alike_with_and_without_shortcuts) {
  for_each_seed(2000, [](uint64_t seed) {
    Random random(seed);
    const std::vector<Said> all = random_structs(random);
    std::vector<Buffer> updates;
    for (size_t first = 0; first < all.size();) {
      size_t end = first + 1;
      while (end < all.size() && all[end].id.client == all[first].id.client) ++end;
      updates.push_back(update_of(all, first, end));
      first = end;
    }
    const std::vector<Bytes> later(updates.begin() + 1, updates.end());
    const Result<Buffer> merged = merge_updates(later, UpdateFormat::kV1);
    ASSERT_TRUE(merged);
    std::array<std::string, 4> texts;
    for (size_t i = 0; i < texts.size(); ++i) {
      Doc doc(DocOptions{.client_id = kReader, .seed = seed});
      doc.use_fast_paths(i % 2 == 0);
      if (i < 2) {
        for (const Buffer& update : updates) ASSERT_TRUE(doc.apply_update(update));
      } else {
        ASSERT_TRUE(doc.apply_update(*merged));
        ASSERT_TRUE(doc.apply_update(updates.front()));
      }
      EXPECT_EQ(doc.check(), "");
      texts[i] = text_of(doc);
      EXPECT_EQ(texts[i].size(), kStructs);
    }
    EXPECT_EQ(texts[0], texts[1]);
    EXPECT_EQ(texts[2], texts[3]);
  });
}

}  // namespace tidemark::crdt
