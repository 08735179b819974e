// Undo and redo.
#include "bindings/c/kernel.h"

using namespace tidemark;
using namespace tidemark::bindings;

namespace {

tm_status entered(tm_history* history) {
  if (history == nullptr) return TM_FREED;
  history->kernel.event_list.count = 0;
  history->kernel.events.clear();
  return TM_OK;
}

}  // namespace

tm_history* tm_history_open(tm_doc* doc, const tm_type* scope, size_t scope_count,
                            const double* origins, size_t origin_count, double capture_timeout_ms) {
  if (doc == nullptr) return nullptr;
  crdt::UndoOptions options;
  options.capture_timeout_ms = static_cast<int64_t>(capture_timeout_ms);
  options.tracked_origins.clear();
  for (size_t i = 0; i < origin_count; ++i) {
    options.tracked_origins.push_back(static_cast<crdt::Origin>(origins[i]));
  }
  if (scope_count == 0) {
    return new tm_history(doc->kernel, crdt::UndoStack(doc->doc, std::move(options)));
  }
  std::vector<crdt::SharedType> types;
  for (size_t i = 0; i < scope_count; ++i) types.push_back(doc->type(scope[i]));
  return new tm_history(doc->kernel, crdt::UndoStack(doc->doc, types, std::move(options)));
}

void tm_history_close(tm_history* history) { delete history; }

tm_status tm_history_time(tm_history* history, double now_ms) {
  if (history == nullptr) return TM_FREED;
  history->stack.set_time({static_cast<int64_t>(now_ms)});
  return TM_OK;
}

tm_status tm_undo(tm_history* history) {
  if (const tm_status status = entered(history); status != TM_OK) return status;
  return history->stack.undo() ? 1 : 0;
}

tm_status tm_redo(tm_history* history) {
  if (const tm_status status = entered(history); status != TM_OK) return status;
  return history->stack.redo() ? 1 : 0;
}

tm_status tm_undo_count(tm_history* history) {
  if (history == nullptr) return TM_FREED;
  return static_cast<tm_status>(history->stack.undo_count());
}

tm_status tm_redo_count(tm_history* history) {
  if (history == nullptr) return TM_FREED;
  return static_cast<tm_status>(history->stack.redo_count());
}

tm_status tm_stop_capturing(tm_history* history) {
  if (history == nullptr) return TM_FREED;
  history->stack.stop_capturing();
  return TM_OK;
}

tm_status tm_clear_history(tm_history* history) {
  if (history == nullptr) return TM_FREED;
  history->stack.clear();
  return TM_OK;
}
