// Which integration rule a document follows: that of whoever wrote to it first.
#pragma once

#include "base/result.h"
#include "crdt/integration_rule.h"
#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

// What the clients claim that begin in an update.
struct RuleClaim {
  bool has_yata = false;
  bool has_fugue_max = false;
  // Something else lies in the root of claims, where it would be one as soon as it is deleted.
  bool has_intruder = false;

  // A struct that begins with this clock, and whether it lies in the root of claims by name.
  void note(uint64_t clock, bool is_among_claims, bool looks_like_one) {
    const bool is_claim = clock == 0 && is_among_claims && looks_like_one;
    has_intruder = has_intruder || (is_among_claims && !is_claim);
    if (clock == 0) (is_claim ? has_fugue_max : has_yata) = true;
  }
  void note(const StructView& view) {
    if (view.ref == Ref::kSkip) return;
    const bool is_among_claims =
        view.parent == StructView::Parent::kRoot && view.root_name == kFugueMaxRoot;
    note(view.id.clock, is_among_claims, view.ref == Ref::kDeleted && !view.has_key);
  }
};

class RuleChoice {
 public:
  explicit RuleChoice(IntegrationRule wanted) : rule_(wanted) {}

  IntegrationRule rule() const { return rule_; }
  // Somebody writes here.
  void settle() { is_settled_ = true; }
  // kConflict, and nothing changed, if it is another rule than what is settled, or if something
  // else lies among claims.
  Result<> accept(const RuleClaim& claim);

 private:
  IntegrationRule rule_;
  bool is_settled_ = false;
};

}  // namespace tidemark::crdt
