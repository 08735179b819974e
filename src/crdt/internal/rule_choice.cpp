#include "crdt/internal/rule_choice.h"

#include <string>

namespace tidemark::crdt {

Result<> RuleChoice::accept(const RuleClaim& claim) {
  if (claim.has_intruder) {
    return failure(
        ErrorCode::kConflict,
        "update: only claims of integration rules go into the root " + std::string(kFugueMaxRoot));
  }
  if (!claim.has_yata && !claim.has_fugue_max) return {};
  const bool follows_one = claim.has_yata != claim.has_fugue_max;
  const IntegrationRule claimed =
      claim.has_fugue_max ? IntegrationRule::kFugueMax : IntegrationRule::kYata;
  if (!follows_one || (is_settled_ && claimed != rule_)) {
    return failure(ErrorCode::kConflict,
                   "update: some of it was written under another integration rule than the rest of "
                   "the document; all who edit one must follow the same");
  }
  rule_ = claimed;
  is_settled_ = true;
  return {};
}

}  // namespace tidemark::crdt
