#include "store/sqlite/checksum.h"

#include <zlib.h>

#include "base/encoder.h"

namespace tidemark::store {

namespace {

uint32_t checksum_of(Bytes head, Bytes body) {
  const uLong of_head = crc32_z(0, head.data(), head.size());
  return static_cast<uint32_t>(crc32_z(of_head, body.data(), body.size()));
}

}  // namespace

uint32_t checksum_of_row(int64_t document, LogId previous, const LogRow& labels, Bytes update) {
  Encoder head;
  head.write_int64(document);
  head.write_int64(static_cast<int64_t>(labels.id));
  head.write_int64(static_cast<int64_t>(previous));
  head.write_int64(labels.time_ms);
  head.write_varstring(labels.device);
  head.write_varstring(labels.origin);
  return checksum_of(head.bytes(), update);
}

uint32_t checksum_of_snapshot(int64_t document, LogId covers, int64_t time_ms, Bytes state) {
  Encoder head;
  head.write_int64(document);
  head.write_int64(static_cast<int64_t>(covers));
  head.write_int64(time_ms);
  return checksum_of(head.bytes(), state);
}

uint32_t checksum_of_document(const DocumentEntry& entry, std::string_view name) {
  Encoder head;
  head.write_int64(entry.number);
  head.write_int64(entry.created_ms);
  for (const LogId id : {entry.trimmed_through, entry.covers, entry.newest}) {
    head.write_int64(static_cast<int64_t>(id));
  }
  return checksum_of(head.bytes(), as_bytes(name));
}

}  // namespace tidemark::store
