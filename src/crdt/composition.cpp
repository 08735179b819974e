#include "crdt/composition.h"

#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {

namespace {

constexpr std::string_view kContents[] = {"gc",     "deleted", "json", "binary", "string", "embed",
                                          "format", "type",    "any",  "doc",    "skip"};

}  // namespace

// V1 keeps all of a struct in one place, so that its bytes can be told; V2 spreads it over columns.
Result<Composition> composition_of(Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  Buffer converted;
  if (format == UpdateFormat::kV2) {
    auto v1 = convert_v2_to_v1(update, limits);
    if (!v1) return tl::unexpected(v1.error());
    converted = std::move(*v1);
    update = converted;
  }
  Composition out;
  for (size_t i = 0; i < out.parts.size(); ++i) out.parts[i].content = kContents[i];
  UpdateReaderV1 reader(update, limits);
  StructView view;
  size_t rest = reader.trailing_bytes();
  while (reader.next(view)) {
    Composition::Part& part = out.parts[static_cast<size_t>(view.ref)];
    part.blocks += 1;
    part.units += view.len;
    part.bytes += rest - reader.trailing_bytes();
    rest = reader.trailing_bytes();
    if (view.ref == Ref::kSkip) continue;
    out.blocks += 1;
    out.units += view.len;
  }
  DeleteSet deleted;
  if (!reader.read_delete_set(deleted) || !reader.ok()) {
    return tl::unexpected(reader.error());
  }
  out.clients = reader.section_count();
  out.deleted_ranges = deleted.range_count();
  for (const DeleteSet::Client& client : deleted.clients()) {
    for (const ClockRange& range : client.ranges) out.deleted_units += range.len();
  }
  return out;
}

}  // namespace tidemark::crdt
