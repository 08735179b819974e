#include "crdt/inspect.h"

#include <algorithm>
#include <span>

#include "crdt/internal/blocks.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {

Block block_of(const StructView& view) {
  Block block;
  block.first = view.id;
  block.length = view.len;
  block.kind = static_cast<BlockKind>(view.ref);
  if (view.has_origin) block.origin = view.origin;
  if (view.has_right_origin) block.right_origin = view.right_origin;
  if (view.parent == StructView::Parent::kRoot) block.root = view.root_name;
  if (view.parent == StructView::Parent::kItem) block.parent = view.parent_item;
  if (view.has_key && view.parent != StructView::Parent::kInherited) block.key = view.key;
  block.text = view.text;
  block.type = view.type;
  block.payload = view.payload;
  block.payload_is_json = view.payload_is_json;
  return block;
}

namespace {

template <typename Reader>
Result<DeleteSet> inspect(Bytes update, const BlockVisitor& visit, const UpdateLimits& limits) {
  Reader reader(update, limits);
  StructView view;
  bool goes_on = true;
  while (reader.next(view)) goes_on = goes_on && visit(block_of(view));
  DeleteSet deletes;
  if (!reader.read_delete_set(deletes)) return tl::unexpected(reader.error());
  return deletes;
}

void append_id(std::string& to, const Id& id) {
  to += std::to_string(id.client) + ":" + std::to_string(id.clock);
}

// Not longer than asked for by more than a character, and never cut inside of one.
void append_cut(std::string& to, std::string_view text, size_t max_bytes) {
  size_t end = std::min(text.size(), max_bytes);
  while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) ++end;
  to += text.substr(0, end);
  if (end < text.size()) to += "...";
}

std::string_view kind_of(TypeRef type) {
  constexpr std::array<std::string_view, 7> kNames = {
      "array", "map", "text", "xmlelement", "xmlfragment", "xmlhook", "xmltext"};
  const auto number = static_cast<size_t>(type);
  return number < kNames.size() ? kNames[number] : "unknown";
}

std::string content_of(const Block& block) {
  std::string content;
  switch (block.kind) {
    case BlockKind::kText: return to_json(Any(block.text));
    case BlockKind::kType:
      content = kind_of(block.type);
      if (!block.text.empty()) content += " " + to_json(Any(block.text));
      return content;
    case BlockKind::kFormat:
    case BlockKind::kSubdocument: content = to_json(Any(block.text)) + " "; break;
    default: break;
  }
  const std::vector<Any> values = block.values();
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) content += ", ";
    const Buffer* bytes = values[i].as_binary();
    content += bytes != nullptr ? to_hex(*bytes) : to_json(values[i]);
  }
  return content;
}

}  // namespace

std::string_view name_of(BlockKind kind) {
  constexpr std::array<std::string_view, kBlockKindCount> kNames = {
      "garbage", "deleted", "json",   "binary",      "text", "embed",
      "format",  "type",    "values", "subdocument", "skip"};
  return kNames[static_cast<size_t>(kind)];
}

std::vector<Any> Block::values() const {
  std::vector<Any> values;
  Decoder decoder(payload);
  switch (kind) {
    case BlockKind::kBinary: values.emplace_back(copy_of(payload)); break;
    case BlockKind::kJson:
      for (uint64_t i = 0; i < length && decoder.ok(); ++i) {
        values.push_back(parse_json(decoder.read_varstring()).value_or(Any()));
      }
      break;
    case BlockKind::kEmbed:
    case BlockKind::kFormat:
    case BlockKind::kValues:
    case BlockKind::kSubdocument:
      if (payload_is_json) {
        values.push_back(parse_json(as_text(payload)).value_or(Any()));
        break;
      }
      for (Any value; !decoder.at_end() && decode_any(decoder, value);) values.push_back(value);
      break;
    default: break;
  }
  return values;
}

std::string describe(const Block& block, size_t max_content_bytes) {
  std::string line;
  append_id(line, block.first);
  line += "+" + std::to_string(block.length) + " " + std::string(name_of(block.kind));
  if (block.is_deleted && block.kind != BlockKind::kDeleted) line += ", deleted";
  if (block.root) line += " in " + to_json(Any(*block.root));
  if (block.parent) append_id(line += " in ", *block.parent);
  if (block.key) line += " at " + to_json(Any(*block.key));
  if (block.origin) append_id(line += " after ", *block.origin);
  if (block.right_origin) append_id(line += " before ", *block.right_origin);
  const std::string content = content_of(block);
  if (!content.empty()) append_cut(line += " ", content, max_content_bytes);
  return line;
}

Result<DeleteSet> inspect_update(Bytes update, UpdateFormat format, const BlockVisitor& visit,
                                 const UpdateLimits& limits) {
  return format == UpdateFormat::kV1 ? inspect<UpdateReaderV1>(update, visit, limits)
                                     : inspect<UpdateReaderV2>(update, visit, limits);
}

BlockStats::Kind BlockStats::total() const {
  Kind sum;
  for (const Kind& kind : std::span(kinds).first(static_cast<size_t>(BlockKind::kSkip))) {
    sum.blocks += kind.blocks;
    sum.units += kind.units;
    sum.content_bytes += kind.content_bytes;
  }
  return sum;
}

Result<BlockStats> stats_of_update(Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  BlockCounter counter;
  const Result<DeleteSet> deletes = inspect_update(
      update, format, [&](const Block& block) { return counter.count(block), true; }, limits);
  if (!deletes) return tl::unexpected<Error>(deletes.error());
  return counter.with(*deletes);
}

}  // namespace tidemark::crdt
