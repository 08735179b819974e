// What tells a row that reads back as it was written from one that does not: the CRC-32 of zlib
// over all of the row, so that a row that moved to another document or id does not pass either.
//
//   row      := int64 document, int64 id, int64 previous, int64 time, varstring device,
//               varstring origin, bytes
//   snapshot := int64 document, int64 covers, int64 time, bytes
//   document := int64 id, int64 created, int64 trimmed, int64 covers, int64 newest, bytes of the
//   name
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "store/document_store.h"

namespace tidemark::store {

// `labels` without its update, which need not be copied for this.
uint32_t checksum_of_row(int64_t document, LogId previous, const LogRow& labels, Bytes update);
// The row of a document in the table of documents, without its name.
struct DocumentEntry {
  int64_t number = 0;
  int64_t created_ms = 0;
  LogId trimmed_through = kBeforeLog;
  LogId covers = kBeforeLog;
  LogId newest = kBeforeLog;
};

uint32_t checksum_of_snapshot(int64_t document, LogId covers, int64_t time_ms, Bytes state);
uint32_t checksum_of_document(const DocumentEntry& entry, std::string_view name);

}  // namespace tidemark::store
