#include "crdt/doc.h"

#include "base/assert.h"
#include "base/utf.h"
#include "crdt/internal/document.h"
#include "crdt/internal/rendering.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {
namespace {

void give_kind(Branch& branch, TypeRef kind) {
  if (branch.kind != TypeRef::kUnknown) return;
  branch.kind = kind;
  branch.cleans_formatting = false;
}

BranchHandle typed_root(Document& document, std::string_view name, TypeRef kind) {
  const bool root_name_is_utf8 = is_valid_utf8(name);
  TM_ASSERT(root_name_is_utf8);
  const bool root_name_is_not_reserved = name != kFugueMaxRoot;
  TM_ASSERT(root_name_is_not_reserved);
  const BranchHandle handle = document.store.root(document.store.intern(name));
  Branch& branch = document.store.branches[handle];
  give_kind(branch, kind);
  TM_ASSERT(branch.kind == kind);
  return handle;
}

uint64_t checked_client_id(uint64_t id) {
  const bool client_id_is_below_2_to_the_53 = id <= kMaxClientId;
  TM_ASSERT(client_id_is_below_2_to_the_53);
  return id;
}

Subscription subscribe(Document& document, Observers::Entry entry) {
  const auto& observers = document.shared_observers();
  return {observers, observers->add(std::move(entry))};
}

}  // namespace

Doc::Doc(const DocOptions& options)
    : document_(std::make_unique<Document>(
          Document::Options{checked_client_id(options.client_id), options.seed, options.gc,
                            options.cleans_formatting, options.rule})) {}
Doc::~Doc() = default;
Doc::Doc(Doc&&) noexcept = default;
Doc& Doc::operator=(Doc&&) noexcept = default;

uint64_t Doc::client_id() const { return live().client_id(); }

IntegrationRule Doc::rule() const { return live().rule(); }

void Doc::change_client_id(uint64_t id) {
  TM_ASSERT(!live().is_open());
  live().change_client_id(checked_client_id(id));
}

const GcPolicy& Doc::gc_policy() const { return live().options().gc; }

void Doc::change_gc_policy(const GcPolicy& policy) {
  TM_ASSERT(!live().is_open());
  live().change_gc_policy(policy);
}

Text Doc::text(std::string_view name) {
  return {&live(), typed_root(live(), name, TypeRef::kText)};
}
Array Doc::array(std::string_view name) {
  return {&live(), typed_root(live(), name, TypeRef::kArray)};
}
Map Doc::map(std::string_view name) { return {&live(), typed_root(live(), name, TypeRef::kMap)}; }
XmlFragment Doc::xml_fragment(std::string_view name) {
  return {&live(), typed_root(live(), name, TypeRef::kXmlFragment)};
}
XmlElement Doc::xml_element(std::string_view name) {
  return {&live(), typed_root(live(), name, TypeRef::kXmlElement)};
}
XmlText Doc::xml_text(std::string_view name) {
  return {&live(), typed_root(live(), name, TypeRef::kXmlText)};
}

std::vector<std::string> Doc::root_names() const {
  std::vector<std::string> names;
  const StructStore& store = live().store;
  for (const BranchHandle root : store.roots()) {
    const std::string& name = store.key(store.branches[root].name);
    if (name != kFugueMaxRoot) names.push_back(name);
  }
  return names;
}

TypeRef Doc::root_kind(std::string_view name) const {
  const KeyId key = live().store.find_key(name);
  const BranchHandle root = key == kNone ? kNone : live().store.find_root(key);
  return root == kNone ? TypeRef::kUnknown : live().store.branches[root].kind;
}

TypeRef Doc::likely_kind(std::string_view name) const {
  const StructStore& store = live().store;
  const KeyId key = store.find_key(name);
  const BranchHandle root = key == kNone ? kNone : store.find_root(key);
  if (root == kNone) return TypeRef::kUnknown;
  const Branch& branch = store.branches[root];
  if (branch.kind != TypeRef::kUnknown) return branch.kind;
  for (ItemHandle at = branch.start; at != kNone; at = store.items[at].right) {
    const Item& item = store.items[at];
    switch (item.ref()) {
      case Ref::kString:
      case Ref::kFormat:
      case Ref::kEmbed: return TypeRef::kText;
      case Ref::kType: {
        const TypeRef child = store.branches[item.content].kind;
        const bool is_xml = child == TypeRef::kXmlElement || child == TypeRef::kXmlText ||
                            child == TypeRef::kXmlHook;
        return is_xml ? TypeRef::kXmlFragment : TypeRef::kArray;
      }
      case Ref::kDeleted: continue;
      default: return TypeRef::kArray;
    }
  }
  if (branch.entries != nullptr) return TypeRef::kMap;
  return branch.start == kNone ? TypeRef::kUnknown : TypeRef::kText;
}

SharedType Doc::root(std::string_view name, TypeRef kind_if_unknown) {
  const bool is_allowed = is_kind(kind_if_unknown) || kind_if_unknown == TypeRef::kUnknown;
  if (!is_allowed || !is_valid_utf8(name) || name == kFugueMaxRoot) return {};
  const BranchHandle handle = live().store.root(live().store.intern(name));
  Branch& branch = live().store.branches[handle];
  give_kind(branch, kind_if_unknown);
  return {&live(), handle};
}

Transaction::Transaction(Doc& doc, Origin origin) : document_(doc.live()) {
  document_.announce(origin);
}
Transaction::~Transaction() { document_.end(); }

void Doc::begin(Origin origin) { live().announce(origin); }
void Doc::end() { live().end(); }

Result<> Doc::apply_update(Bytes update, Origin origin, const UpdateLimits& limits) {
  return live().apply<UpdateReaderV1>(update, origin, limits);
}
Result<> Doc::apply_update_v2(Bytes update, Origin origin, const UpdateLimits& limits) {
  return live().apply<UpdateReaderV2>(update, origin, limits);
}

Buffer Doc::encode_state_as_update(const StateVector& known) const {
  return live().encode_state<UpdateWriterV1>(known);
}
Buffer Doc::encode_state_as_update_v2(const StateVector& known) const {
  return live().encode_state<UpdateWriterV2>(known);
}
StateVector Doc::state_vector() const { return live().store.state_vector(); }
DeleteSet Doc::delete_set() const { return live().delete_set(); }
bool Doc::has_pending() const { return live().has_pending(); }
uint64_t Doc::pending_bytes() const {
  return live().pending().memory() + live().pending_deletes().memory();
}

Subscription Doc::on_update(std::function<void(const UpdateEvent&)> callback) {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kUpdateV1;
  entry.branch = kNone;
  entry.on_update = std::move(callback);
  return subscribe(live(), std::move(entry));
}

Subscription Doc::on_update_v2(std::function<void(const UpdateEvent&)> callback) {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kUpdateV2;
  entry.branch = kNone;
  entry.on_update = std::move(callback);
  return subscribe(live(), std::move(entry));
}

Subscription Doc::on_subdocuments(std::function<void(const SubdocumentEvent&)> callback) {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kSubdocuments;
  entry.branch = kNone;
  entry.on_subdocuments = std::move(callback);
  return subscribe(live(), std::move(entry));
}

std::vector<std::string> Doc::subdocuments() const { return live().subdocuments.guids(); }

bool Doc::should_load(std::string_view guid) const {
  const KeyId key = live().store.find_key(guid);
  return key != kNone && live().subdocuments.should_load(key);
}

bool Doc::load_subdocument(std::string_view guid) {
  const KeyId key = live().store.find_key(guid);
  if (key == kNone || !live().subdocuments.contains(key)) return false;
  live().begin(0);
  live().subdocuments.load(key, live().open());
  live().end();
  return true;
}

bool Doc::unload_subdocument(std::string_view guid) {
  const KeyId key = live().store.find_key(guid);
  if (key == kNone || !live().subdocuments.contains(key)) return false;
  live().begin(0);
  live().subdocuments.unload(key, live().open());
  live().end();
  return true;
}

void Doc::compact() { live().compact(); }

Any Doc::to_json() const {
  std::vector<AnyObject::Member> members;
  const StructStore& store = live().store;
  for (const BranchHandle root : store.roots()) {
    if (store.branches[root].kind == TypeRef::kUnknown) continue;
    members.emplace_back(store.key(store.branches[root].name), branch_to_json(live(), root));
  }
  return Any(AnyObject(std::move(members)));
}

bool Doc::is_json_whole() const { return crdt::is_json_whole(live()); }

std::string Doc::check() const { return live().store.check() + live().pending().check(); }
void Doc::use_fast_paths(bool on) { live().uses_fast_paths = on; }

}  // namespace tidemark::crdt
