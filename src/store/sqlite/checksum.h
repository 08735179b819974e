// What tells a row that reads back as it was written from one that does not: the CRC-32 of zlib
// over all of the row, so that a row that moved to another document or id does not pass either.
//
//   row      := int64 document, int64 id, int64 time, varstring device, varstring origin, bytes
//   snapshot := int64 document, int64 covers, int64 time, bytes
//   document := int64 id, int64 created, bytes of the name
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "store/document_store.h"

namespace tidemark::store {

uint32_t checksum_of_row(int64_t document, const LogRow& labels, Bytes update);
uint32_t checksum_of_snapshot(int64_t document, LogId covers, int64_t time_ms, Bytes state);
uint32_t checksum_of_document(int64_t document, int64_t created_ms, std::string_view name);

}  // namespace tidemark::store
