// Typing and backspacing without the general machinery. Filled in once the general path is proven.
#include "crdt/internal/document.h"

namespace tidemark::crdt {

bool Document::type_on(BranchHandle, uint32_t, std::string_view, uint32_t) { return false; }
bool Document::erase_at_caret(BranchHandle, uint32_t, uint32_t) { return false; }
void Document::note_caret(BranchHandle, ItemHandle, uint32_t) {}
void Document::note_gap(BranchHandle, uint32_t) {}

}  // namespace tidemark::crdt
