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

TEST(Conflict, is_resolved_alike_with_and_without_shortcuts) {
  for_each_seed(3000, [](uint64_t seed) {
    Random random(seed);
    const std::vector<Said> all = random_structs(random);
    std::array<Doc, 2> docs{Doc(DocOptions{.client_id = kReader, .seed = seed}),
                            Doc(DocOptions{.client_id = kReader, .seed = seed})};
    docs[1].use_fast_paths(false);
    for (size_t first = 0; first < all.size();) {
      size_t end = first + 1;
      while (end < all.size() && all[end].id.client == all[first].id.client) ++end;
      const Buffer update = update_of(all, first, end);
      for (Doc& doc : docs) ASSERT_TRUE(doc.apply_update(update));
      first = end;
    }
    EXPECT_EQ(docs[0].check(), "");
    EXPECT_EQ(text_of(docs[0]).size(), kStructs);
    EXPECT_EQ(text_of(docs[0]), text_of(docs[1]));
  });
}

}  // namespace tidemark::crdt
