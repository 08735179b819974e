#include "server/close_reason.h"

#include <array>

#include "base/assert.h"

namespace tidemark::server {

namespace {

struct Row {
  uint16_t code;
  std::string_view name;
};

// By CloseReason.
constexpr std::array<Row, kCloseReasonCount> kRows = {{
    {1000, "normal"},
    {1001, "going_away"},
    {4205, "reset"},
    {4400, "malformed"},
    {4403, "denied"},
    {4408, "auth_deadline"},
    {4413, "over_limit"},
    {4500, "document_damaged"},
    {4503, "storage_unavailable"},
    {4508, "slow_reader"},
    {4529, "crowded"},
}};

const Row& row_of(CloseReason reason) {
  const auto index = static_cast<size_t>(reason);
  TM_ASSERT(index < kRows.size());
  return kRows[index];
}

}  // namespace

uint16_t code_of(CloseReason reason) { return row_of(reason).code; }
std::string_view name_of(CloseReason reason) { return row_of(reason).name; }

}  // namespace tidemark::server
