// Taking in updates: read wholly before anything is applied, integrate in an order that
// dependencies allow, set aside what waits for something that nobody has sent yet.
#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "base/sort.h"
#include "crdt/internal/document.h"
#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/struct_cut.h"

namespace tidemark::crdt {
uint32_t Document::state_of(uint64_t id) const {
  const ClientIndex client = store.find_client(id);
  return client == kNoClient ? 0 : store.clients[client].state;
}

std::optional<WireId> Document::missing_for(const StructView& view) const {
  if (view.has_origin && view.origin.clock >= state_of(view.origin.client)) return view.origin;
  if (view.has_right_origin && view.right_origin.clock >= state_of(view.right_origin.client)) {
    return view.right_origin;
  }
  if (view.parent == StructView::Parent::kItem &&
      view.parent_item.clock >= state_of(view.parent_item.client)) {
    return view.parent_item;
  }
  return std::nullopt;
}

// One update on its way into the document. Each client's section is read on its own and halts where
// it needs a struct of another section.
template <typename Reader>
class Document::Application {
 public:
  explicit Application(Document& document) : document_(document) {}

  // Reads everything once, so that a bad byte at the end leaves the document as it was.
  Result<> read(Bytes update, const UpdateLimits& limits) {
    Reader reader(update, limits);
    StructView view;
    while (true) {
      const bool is_new = reader.structs_left() == 0;
      if (is_new) sections_.emplace_back(reader);
      if (!reader.next(view)) {
        if (is_new) sections_.pop_back();
        break;
      }
      if (is_new) sections_.back().client = view.id.client;
      claim_.note(view);
    }
    if (!reader.read_delete_set(deletes) || !reader.ok()) {
      return tl::unexpected(reader.error());
    }
    return document_.rule_.accept(claim_);
  }

  void run() {
    if (sections_.size() > 1) {
      sort_sections();
      list_clients();
    }
    for (size_t i = 0; i < sections_.size(); ++i) {
      stack_.assign(1, i);
      sections_[i].is_on_stack = true;
      while (!stack_.empty()) step();
    }
  }

  DeleteSet deletes;

 private:
  struct Section {
    explicit Section(const Reader& start) : reader(start) {}
    Reader reader;
    uint64_t client = 0;
    StructView view;
    bool has_view = false;
    bool has_begun = false;
    bool is_done = false;
    bool is_on_stack = false;
  };

  bool advance(Section& section) {
    if (section.has_begun && section.reader.structs_left() == 0) return false;
    section.has_begun = true;
    section.has_view = section.reader.next(section.view);
    return section.has_view;
  }

  void leave(Section& section) {
    section.is_on_stack = false;
    stack_.pop_back();
  }

  void step() {
    Section& section = sections_[stack_.back()];
    if (!section.has_view && (section.is_done || !advance(section))) {
      section.is_done = true;
      return leave(section);
    }
    const StructView& view = section.view;
    const uint32_t state = document_.state_of(view.id.client);
    if (view.ref == Ref::kSkip || view.end_clock() <= state) {
      section.has_view = false;
      return;
    }
    if (view.id.clock > state) return set_aside({view.id.client, view.id.clock - 1});
    if (const std::optional<WireId> missing = document_.missing_for(view)) {
      Section* other = section_of(missing->client);
      if (other == nullptr || other->is_on_stack) return set_aside(*missing);
      other->is_on_stack = true;
      stack_.push_back(static_cast<size_t>(other - sections_.data()));
      return;
    }
    document_.integrate(view, static_cast<uint32_t>(state - view.id.clock));
    section.has_view = false;
    // Whoever waits for this section looks again after each of its structs.
    if (stack_.size() > 1) leave(section);
  }

  // As Yjs goes through them, and writes them: of those who put something at one place the first to
  // come belongs last, so that the others need not look at each other.
  void sort_sections() {
    compact_stable_sort(sections_.begin(), sections_.end(),
                        [](const Section& a, const Section& b) { return a.client > b.client; });
  }

  void list_clients() {
    for (size_t i = 0; i < sections_.size(); ++i) by_client_.emplace_back(sections_[i].client, i);
    compact_sort(by_client_.begin(), by_client_.end());
  }

  // The first that is not done: bytes from elsewhere may give a client several.
  Section* section_of(uint64_t client) {
    auto at = std::lower_bound(by_client_.begin(), by_client_.end(), std::pair{client, size_t{0}});
    for (; at != by_client_.end() && at->first == client; ++at) {
      if (!sections_[at->second].is_done) return &sections_[at->second];
    }
    return nullptr;
  }

  // A dead end: what waits on the stack, and all that follows there, becomes pending.
  void set_aside(WireId missing) {
    while (!stack_.empty()) {
      Section& section = sections_[stack_.back()];
      set_aside(section.view, missing);
      uint64_t end = section.view.end_clock();
      section.has_view = false;
      while (advance(section)) {
        if (section.view.ref != Ref::kSkip) {
          set_aside(section.view, {section.client, end - 1});
        }
        end = section.view.end_clock();
      }
      section.has_view = false;
      section.is_done = true;
      leave(section);
      if (stack_.empty()) return;
      const StructView& waiting = sections_[stack_.back()].view;
      missing = document_.missing_for(waiting).value_or(waiting.id);
    }
  }

  void set_aside(const StructView& view, WireId missing) {
    UpdateWriterV1 writer;
    writer.write(view);
    document_.wait_for(missing, view, writer.bytes());
  }

  Document& document_;
  RuleClaim claim_;
  std::vector<Section> sections_;
  std::vector<std::pair<uint64_t, size_t>> by_client_;  // empty if there is one section
  std::vector<size_t> stack_;
};

namespace {

// No state is as high as the highest clock.
Pending::Need need_of(StructStore& store, WireId missing) {
  const auto clock = static_cast<uint32_t>(std::min<uint64_t>(missing.clock, 0xffffffff));
  return {store.add_client(missing.client), clock};
}

}  // namespace

void Document::wait_for(WireId missing, const StructView& view, Bytes bytes) {
  const ClientIndex client = store.add_client(view.id.client);
  const bool is_own = missing.client == view.id.client;
  pending_.add({client, view.id, view.len, bytes},
               is_own ? Pending::Need{client} : need_of(store, missing));
}

void Document::retry_pending() {
  if (pending_.is_empty()) return;
  std::vector<ClientIndex> grown;
  grown.reserve(open_->touched.size());
  for (const TransactionRecord::Touched& touched : open_->touched) grown.push_back(touched.client);
  const auto state = [this](ClientIndex client) { return store.clients[client].state; };
  pending_.wake(std::move(grown), state, [this, state](const Pending::Block& block) {
    UpdateReaderV1 reader(block.bytes, block.id);
    StructView view;
    TM_ASSERT(reader.next(view));
    const uint32_t known = state(block.client);
    if (view.end_clock() <= known) return Pending::Need{};
    if (view.id.clock > known) return Pending::Need{block.client};
    if (const std::optional<WireId> missing = missing_for(view)) return need_of(store, *missing);
    integrate(view, static_cast<uint32_t>(known - view.id.clock));
    return Pending::Need{};
  });
  pending_.fit();
}

void Document::apply_deleted_range(ClientIndex client, uint32_t clock, uint32_t end) {
  const Directory& directory = store.clients[client].directory;
  Directory::Position place = directory.find(clock);
  const ItemHandle first = directory.at(place).item;
  if (!store.items[first].is_deleted() && store.items[first].clock < clock) {
    split(first, clock - store.items[first].clock);
    place = directory.find(clock);
  }
  while (directory.at(place).clock < end) {
    const ItemHandle handle = directory.at(place).item;
    const uint32_t item_clock = store.items[handle].clock;
    if (!store.items[handle].is_deleted()) {
      if (end < store.items[handle].end_clock()) {
        split(handle, end - item_clock);
        place = directory.find(item_clock);
      }
      erase(handle);
    }
    if (directory.is_last(place)) return;
    place = directory.next(place);
  }
}

void Document::apply_deletes(const DeleteSet& deletes) {
  // Descending, as on the wire: the order of deletions shows in what is cleaned up after them.
  for (size_t i = deletes.clients().size(); i-- > 0;) {
    const DeleteSet::Client& deleted = deletes.clients()[i];
    const ClientIndex client = store.find_client(deleted.id);
    const uint64_t state = state_of(deleted.id);
    for (const ClockRange& range : deleted.ranges) {
      const uint64_t known_end = std::min(range.end, state);
      if (range.first < known_end) {
        apply_deleted_range(client, static_cast<uint32_t>(range.first),
                            static_cast<uint32_t>(known_end));
      }
      const uint64_t unknown = std::max(range.first, state);
      if (unknown < range.end) {
        pending_deletes_.add(store.add_client(deleted.id), deleted.id, {unknown, range.end});
      }
    }
  }
}

// Deletions that waited for what has come.
void Document::retry_deletes() {
  if (pending_deletes_.is_empty()) return;
  std::vector<ClientIndex> grown;
  grown.reserve(open_->touched.size());
  for (const TransactionRecord::Touched& touched : open_->touched) grown.push_back(touched.client);
  // Descending, as in apply_deletes().
  compact_sort(grown.begin(), grown.end(), [this](ClientIndex a, ClientIndex b) {
    return store.clients[a].id > store.clients[b].id;
  });
  for (const ClientIndex client : grown) {
    while (const std::optional<ClockRange> range =
               pending_deletes_.take_ready(client, store.clients[client].state)) {
      apply_deleted_range(client, static_cast<uint32_t>(range->first),
                          static_cast<uint32_t>(range->end));
    }
  }
  pending_deletes_.fit();
}

template <typename Reader>
Result<> Document::apply(Bytes update, uint64_t origin, const UpdateLimits& limits) {
  if constexpr (std::is_same_v<Reader, UpdateReaderV1>) {
    const bool is_allowed = limits.max_structs > 0 && limits.max_delete_ranges > 0 &&
                            limits.max_nesting >= kPlainNesting;
    if (is_allowed && may_take_remote_shortcut() && apply_plain(update, origin)) return {};
    if (is_allowed && may_wait_at_once() && set_aside(update, limits)) return {};
  }
  if (may_load()) {
    const Result<bool> is_loaded = load<Reader>(update, origin, limits);
    if (!is_loaded) return tl::unexpected(is_loaded.error());
    if (*is_loaded) return {};
  }
  Application<Reader> application(*this);
  if (Result<> read = application.read(update, limits); !read) return read;
  begin(origin, false);
  // An update inside a local transaction makes all of it a remote one, as in Yjs.
  open_->is_local = false;
  application.run();
  // The order of Yjs, which shows where a deletion ends within a pair of surrogates.
  apply_deletes(application.deletes);
  retry_deletes();
  retry_pending();
  retry_deletes();
  end();
  return {};
}

template Result<> Document::apply<UpdateReaderV1>(Bytes, uint64_t, const UpdateLimits&);
template Result<> Document::apply<UpdateReaderV2>(Bytes, uint64_t, const UpdateLimits&);

}  // namespace tidemark::crdt
