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

  void note(const StructView& view) {
    if (view.id.clock != 0 || view.ref == Ref::kSkip) return;
    const bool is_fugue_max = view.ref == Ref::kDeleted &&
                              view.parent == StructView::Parent::kRoot &&
                              view.root_name == kFugueMaxRoot && !view.has_key;
    (is_fugue_max ? has_fugue_max : has_yata) = true;
  }
};

class RuleChoice {
 public:
  explicit RuleChoice(IntegrationRule wanted) : rule_(wanted) {}

  IntegrationRule rule() const { return rule_; }
  // Somebody writes here.
  void settle() { is_settled_ = true; }
  // kConflict, and nothing changed, if it is another rule than what is settled.
  Result<> accept(const RuleClaim& claim);

 private:
  IntegrationRule rule_;
  bool is_settled_ = false;
};

}  // namespace tidemark::crdt
