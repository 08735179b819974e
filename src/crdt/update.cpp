#include "crdt/update.h"

#include <algorithm>
#include <utility>

#include "crdt/internal/update/merge.h"
#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/writer.h"

namespace tidemark::crdt {
namespace {

struct V1 {
  using Reader = UpdateReaderV1;
  using Writer = UpdateWriterV1;
};
struct V2 {
  using Reader = UpdateReaderV2;
  using Writer = UpdateWriterV2;
};

// Calls the function with V1 or V2, which name the reader and writer of the format.
template <typename Function>
auto with_format(UpdateFormat format, const Function& function) {
  return format == UpdateFormat::kV1 ? function(V1()) : function(V2());
}

template <typename Reader>
tl::unexpected<Error> failure_of(const Reader& reader) {
  return tl::unexpected(reader.error());
}

template <typename Reader, typename Writer>
Result<Buffer> finish(Reader& reader, LazyUpdateWriter<Writer>& writer) {
  DeleteSet deletes;
  if (!reader.read_delete_set(deletes)) return failure_of(reader);
  return writer.take(deletes);
}

template <typename Reader, typename Writer>
Result<Buffer> convert(Bytes update, const UpdateLimits& limits) {
  Reader reader(update, limits);
  LazyUpdateWriter<Writer> writer;
  StructView view;
  while (reader.next(view)) writer.write(view);
  return finish(reader, writer);
}

// Writes what of each client is beyond `known`. The first struct of a client is never a Skip.
template <typename Reader, typename Writer>
void write_unknown(Reader& reader, const StateVector& known, LazyUpdateWriter<Writer>& writer) {
  StructView view;
  uint64_t client = 0;
  uint64_t known_clock = 0;
  bool is_writing = false;
  for (bool is_first = true; reader.next(view); is_first = false) {
    if (is_first || view.id.client != client) {
      client = view.id.client;
      known_clock = known.clock_of(client);
      is_writing = false;
    }
    if (!is_writing) {
      if (view.ref == Ref::kSkip || view.end_clock() <= known_clock) continue;
      if (view.id.clock < known_clock) slice(view, known_clock - view.id.clock);
      is_writing = true;
    }
    writer.write(view);
  }
}

enum class Skips : uint8_t { kAreGaps, kAreHeld };

// The units that the structs of an update hold. Yjs writes one section for each client; others may
// write several, with gaps, overlaps and in any order.
template <typename Reader>
DeleteSet units_of(Reader& reader, Skips skips) {
  DeleteSet units;
  StructView view;
  while (reader.next(view)) {
    if (view.ref == Ref::kSkip && skips == Skips::kAreGaps) continue;
    units.add(view.id.client, view.id.clock, view.len);
  }
  units.normalize();
  return units;
}

template <typename Reader>
Result<UpdateCounts> count(Reader& reader) {
  UpdateCounts counts;
  StructView view;
  uint64_t client = 0;
  while (reader.next(view)) {
    if (counts.structs == 0 || view.id.client != client) ++counts.clients;
    client = view.id.client;
    ++counts.structs;
  }
  DeleteSet deletes;
  if (!reader.read_delete_set(deletes)) return failure_of(reader);
  counts.deleted_ranges = deletes.range_count();
  counts.deleted_clients = deletes.clients().size();
  counts.trailing_bytes = reader.trailing_bytes();
  return counts;
}

}  // namespace

Bytes empty_update(UpdateFormat format) {
  static constexpr uint8_t kEmptyV1[] = {0, 0};
  static constexpr uint8_t kEmptyV2[] = {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  return format == UpdateFormat::kV1 ? Bytes(kEmptyV1) : Bytes(kEmptyV2);
}

Result<Buffer> merge_updates(std::span<const Bytes> updates, UpdateFormat format,
                             const UpdateLimits& limits) {
  if (updates.size() == 1) {
    const Result<UpdateCounts> valid = validate_update(updates[0], format, limits);
    if (!valid) return tl::unexpected<Error>(valid.error());
    return copy_of(updates[0]);
  }
  return with_format(format, [&](auto version) -> Result<Buffer> {
    UpdateMerge<typename decltype(version)::Reader, typename decltype(version)::Writer> merge(
        updates, limits);
    if (!merge.run()) return failure_of(merge.failed_input());
    return merge.take();
  });
}

Result<Buffer> diff_update(Bytes update, const StateVector& known, UpdateFormat format,
                           const UpdateLimits& limits) {
  return with_format(format, [&](auto version) -> Result<Buffer> {
    typename decltype(version)::Reader reader(update, limits);
    LazyUpdateWriter<typename decltype(version)::Writer> writer;
    write_unknown(reader, known, writer);
    return finish(reader, writer);
  });
}

Result<StateVector> state_vector_of_update(Bytes update, UpdateFormat format,
                                           const UpdateLimits& limits) {
  return with_format(format, [&](auto version) -> Result<StateVector> {
    typename decltype(version)::Reader reader(update, limits);
    const DeleteSet units = units_of(reader, Skips::kAreGaps);
    if (!reader.ok()) return failure_of(reader);
    StateVector state;
    for (const DeleteSet::Client& client : units.clients()) {
      if (client.ranges.front().first == 0) state.set(client.id, client.ranges.front().end);
    }
    return state;
  });
}

Result<Buffer> convert_v1_to_v2(Bytes update, const UpdateLimits& limits) {
  return convert<UpdateReaderV1, UpdateWriterV2>(update, limits);
}

Result<Buffer> convert_v2_to_v1(Bytes update, const UpdateLimits& limits) {
  return convert<UpdateReaderV2, UpdateWriterV1>(update, limits);
}

Result<UpdateMeta> update_meta(Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  return with_format(format, [&](auto version) -> Result<UpdateMeta> {
    typename decltype(version)::Reader reader(update, limits);
    const DeleteSet units = units_of(reader, Skips::kAreHeld);
    if (!reader.ok()) return failure_of(reader);
    UpdateMeta meta;
    for (const DeleteSet::Client& client : units.clients()) {
      meta.from.set(client.id, client.ranges.front().first);
      meta.to.set(client.id, client.ranges.back().end);
    }
    return meta;
  });
}

Result<UpdateCounts> validate_update(Bytes update, UpdateFormat format,
                                     const UpdateLimits& limits) {
  return with_format(format, [&](auto version) -> Result<UpdateCounts> {
    typename decltype(version)::Reader reader(update, limits);
    return count(reader);
  });
}

Result<bool> contains_update(const StateVector& state, const DeleteSet& deleted, Bytes update,
                             UpdateFormat format, const UpdateLimits& limits) {
  return with_format(format, [&](auto version) -> Result<bool> {
    typename decltype(version)::Reader reader(update, limits);
    const DeleteSet units = units_of(reader, Skips::kAreHeld);
    DeleteSet deletes;
    if (!reader.read_delete_set(deletes)) return failure_of(reader);
    for (const DeleteSet::Client& client : units.clients()) {
      if (client.ranges.back().end > state.clock_of(client.id)) return false;
    }
    return deleted.contains(deletes);
  });
}

}  // namespace tidemark::crdt
