// A document store under test, and words for what it says.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "store/document_store.h"

namespace tidemark::store {

class Backend {
 public:
  virtual ~Backend() = default;
  virtual DocumentStore& store() = 0;
  // As after a restart; a store that forgets does nothing.
  virtual void reopen() {}
};

using MakeBackend = std::unique_ptr<Backend> (*)();

inline Append entry(std::string_view document, std::string_view update) {
  return {.document = document, .update = as_bytes(update), .device = "d", .time_ms = 7};
}

inline LogId append_one(DocumentStore& store, std::string_view document, std::string_view update) {
  const Append batch[] = {entry(document, update)};
  const auto ids = store.append(batch);
  EXPECT_TRUE(ids) << (ids ? "" : ids.error().detail);
  return ids ? ids->front() : kBeforeLog;
}

// "snapshot@covers | id:update id:update", or the word for the error or for nothing.
inline std::string told(const Result<std::optional<StoredState>>& state) {
  if (!state) return std::string(name_of(state.error().code));
  if (!*state) return "nothing";
  std::string out;
  const StoredState& stored = **state;
  if (stored.snapshot) {
    out += std::string(as_text(stored.snapshot->state)) + "@" +
           std::to_string(stored.snapshot->covers) + " ";
  }
  for (const LogRow& row : stored.tail) {
    out += std::to_string(row.id) + ":" + std::string(as_text(row.update)) + " ";
  }
  return out;
}

inline std::string contents(const Result<std::optional<StoredState>>& state) {
  if (!state || !*state) return told(state);
  std::string out;
  if ((*state)->snapshot) out += as_text((*state)->snapshot->state);
  for (const LogRow& row : (*state)->tail) out += as_text(row.update);
  return out;
}

}  // namespace tidemark::store
