// A part of the kernel alone: documents look places up in an order that seldom meets its finger at
// the wrong moment.
#include "crdt/internal/store/position_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "crdt/internal/update/wire.h"

namespace tidemark::crdt {
namespace {

// Every format is one of these: three keys, and a null for each.
constexpr uint32_t kKeys = 3;
constexpr uint32_t kSpans = 2 * kKeys;

// A list of items, some deleted and some formats, with an index and without.
class List {
 public:
  List(Slab<Item>& items, PositionIndex& index) : items_(items), index_(index) {
    tree_ = index_.build(kNone);
  }

  const std::vector<ItemHandle>& order() const { return order_; }
  uint32_t tree() const { return tree_; }
  uint32_t length() const {
    uint32_t sum = 0;
    for (const ItemHandle item : order_) sum += items_[item].visible_len();
    return sum;
  }

  ItemHandle make(Ref ref, uint32_t len) {
    const ItemHandle handle = items_.add();
    items_[handle] = Item{};
    items_[handle].assign_client(0, ref);
    items_[handle].len = len;
    items_[handle].content = handle % kSpans;
    items_[handle].left = items_[handle].right = items_[handle].leaf_or_key = kNone;
    return handle;
  }
  void link(size_t at, ItemHandle item) {
    const ItemHandle left = at == 0 ? kNone : order_[at - 1];
    const ItemHandle right = at == order_.size() ? kNone : order_[at];
    items_[item].left = left;
    items_[item].right = right;
    if (left != kNone) items_[left].right = item;
    if (right != kNone) items_[right].left = item;
    order_.insert(order_.begin() + static_cast<ptrdiff_t>(at), item);
  }
  void unlink(size_t at) {
    const ItemHandle item = order_[at];
    if (items_[item].left != kNone) items_[items_[item].left].right = items_[item].right;
    if (items_[item].right != kNone) items_[items_[item].right].left = items_[item].left;
    order_.erase(order_.begin() + static_cast<ptrdiff_t>(at));
  }

  void insert(size_t at, Ref ref, uint32_t len) {
    const ItemHandle item = make(ref, len);
    link(at, item);
    index_.insert(tree_, items_[item].left, item);
  }
  void remove(size_t at) {
    const ItemHandle item = order_[at];
    index_.remove(item);
    unlink(at);
  }
  void divide(size_t at, uint32_t offset) {
    const ItemHandle item = order_[at];
    const ItemHandle right = make(items_[item].ref(), items_[item].len - offset);
    if (items_[item].is_deleted()) items_[right].set(Item::kDeleted);
    items_[item].len = offset;
    link(at + 1, right);
    index_.divide(item, right);
  }
  void join(size_t at) {
    const ItemHandle item = order_[at];
    const ItemHandle right = order_[at + 1];
    items_[item].len += items_[right].len;
    unlink(at + 1);
    index_.join(item, right);
  }
  bool check() const { return index_.check(tree_, order_.empty() ? kNone : order_.front()); }

 private:
  Slab<Item>& items_;
  PositionIndex& index_;
  uint32_t tree_;
  std::vector<ItemHandle> order_;
};

class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {
    const uint8_t values[] = {kTrueTag, kNullTag};
    pool_.append(values);
    for (uint32_t i = 0; i < kSpans; ++i) spans_.push_back({i / kKeys, 1, i % kKeys});
  }

  void step() {
    List& list = lists_[random_.below(2)];
    const size_t size = list.order().size();
    // Half of the steps stay where the last one was.
    if (random_.one_in(2)) at_ = random_.below(size + 1);
    const size_t at = std::min(at_, size);
    const uint64_t what = random_.below(12);
    if (what < 4 || size == 0) {
      const Ref ref = random_.one_in(5) ? Ref::kFormat : Ref::kString;
      list.insert(at, ref, ref == Ref::kFormat ? 1 : 1 + below(9));
    } else if (what < 9) {
      change(list, std::min(at, size - 1), what);
    } else {
      look(list);
    }
    ASSERT_TRUE(list.check());
  }
  const List& list(size_t number) const { return lists_[number]; }

 private:
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_.below(bound)); }

  void change(List& list, size_t at, uint64_t what) {
    Item& item = items_[list.order()[at]];
    if (what == 4 && item.ref() == Ref::kString && !item.is_deleted()) {
      item.len += 1 + below(3);
      index_.update_later(list.order()[at]);
    } else if (what == 5 && !item.is_deleted()) {
      item.set(Item::kDeleted);
      index_.update(list.order()[at]);
    } else if (what == 6) {
      list.remove(at);
    } else if (what == 7 && item.len > 1) {
      list.divide(at, 1 + below(item.len - 1));
    } else if (what == 8 && at + 1 < list.order().size()) {
      const Item& right = items_[list.order()[at + 1]];
      const bool may = item.ref() == Ref::kString && right.ref() == Ref::kString &&
                       item.is_deleted() == right.is_deleted();
      if (may) list.join(at);
    }
  }

  void look(List& list) {
    if (list.length() > 0) {
      uint32_t unit = below(list.length());
      const PositionIndex::Place place = index_.find(list.tree(), unit);
      EXPECT_EQ(index_.index_of(place.item) + place.offset, unit);
      auto at = list.order().begin();
      for (; unit >= items_[*at].visible_len(); ++at) unit -= items_[*at].visible_len();
      EXPECT_EQ(place.item, *at);
      EXPECT_EQ(place.offset, unit);
      at_ = static_cast<size_t>(at - list.order().begin());
    }
    EXPECT_EQ(index_.last(list.tree()), list.order().back());
    if (!random_.one_in(4)) return;
    const size_t end = random_.below(list.order().size() + 1);
    const bool is_all = end == list.order().size();
    FormatRun formats;
    index_.formats_before(list.tree(), is_all ? kNone : list.order()[end], formats);
    std::vector<ItemHandle> in_force;
    for (const FormatRun::Entry& entry : formats.entries()) {
      if (entry.format != kNone) in_force.push_back(entry.format);
    }
    EXPECT_EQ(in_force,
              passed(list.order().begin(), list.order().begin() + static_cast<ptrdiff_t>(end)));
  }

  // What is in force behind these items, by passing one after the other.
  template <typename At>
  std::vector<ItemHandle> passed(At at, At end) const {
    std::vector<ItemHandle> in_force;
    for (; at != end; ++at) {
      const Item& item = items_[*at];
      if (item.ref() != Ref::kFormat || item.is_deleted()) continue;
      const auto same = std::find_if(in_force.begin(), in_force.end(), [&](ItemHandle known) {
        return items_[known].content % kKeys == item.content % kKeys;
      });
      if (item.content >= kKeys) {
        if (same != in_force.end()) in_force.erase(same);
      } else if (same != in_force.end()) {
        *same = *at;
      } else {
        in_force.push_back(*at);
      }
    }
    return in_force;
  }

  Random random_;
  Slab<Item> items_;
  std::vector<Span> spans_;
  Pool pool_;
  PositionIndex index_{items_, spans_, pool_};
  List lists_[2] = {{items_, index_}, {items_, index_}};
  size_t at_ = 0;
};

TEST(PositionIndex, agrees_with_a_walk_along_the_list) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Walk walk(seed);
    for (int i = 0; i < 6000 && !testing::Test::HasFailure(); ++i) walk.step();
    EXPECT_GT(walk.list(0).order().size(), 300u);
  }
}

}  // namespace
}  // namespace tidemark::crdt
