#include "server/grant.h"

namespace tidemark::server {

namespace {

bool matches(std::string_view pattern, std::string_view document) {
  if (!pattern.ends_with('*')) return pattern == document;
  return document.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

Access gate(const Grant& grant, std::string_view document) {
  const Grant::Rule* best = nullptr;
  for (const Grant::Rule& rule : grant.rules) {
    if (!matches(rule.pattern, document)) continue;
    // Among equally long ones the exact name is more special than the beginning of names.
    const bool is_better = best == nullptr || rule.pattern.size() > best->pattern.size() ||
                           (rule.pattern.size() == best->pattern.size() &&
                            best->pattern.ends_with('*') && !rule.pattern.ends_with('*'));
    if (is_better) best = &rule;
  }
  if (best == nullptr || !best->access.can_read) return {};
  return best->access;
}

}  // namespace tidemark::server
