#include "crdt/internal/update/struct_cut.h"

#include "base/assert.h"
#include "base/decoder.h"
#include "base/utf.h"
#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

// Where the n-th of the payload's elements begins.
size_t element_offset(const StructView& view, uint64_t n) {
  Decoder elements(view.payload);
  for (; n > 0; --n) {
    if (view.ref == Ref::kAny) {
      skip_any(elements);
    } else {
      elements.read_varbytes();
    }
  }
  TM_ASSERT(elements.ok());
  return elements.position();
}

Utf16Cut cut_text(const StructView& view, size_t units) {
  return view.text_is_ascii ? Utf16Cut{units, false} : cut_utf16(view.text, units);
}

void slice_text(StructView& view, size_t units) {
  if (view.starts_with_replacement) {
    view.starts_with_replacement = false;
    --units;
  }
  const Utf16Cut cut = cut_text(view, units);
  view.starts_with_replacement = cut.is_inside_pair;
  view.text.remove_prefix(cut.bytes + (cut.is_inside_pair ? 4 : 0));
}

void truncate_text(StructView& view, size_t units) {
  view.ends_with_replacement = false;
  if (view.starts_with_replacement) --units;
  const Utf16Cut cut = cut_text(view, units);
  view.ends_with_replacement = cut.is_inside_pair;
  view.text = view.text.substr(0, cut.bytes);
}

void continue_at(StructView& view, uint64_t offset) {
  view.id.clock += offset;
  view.len -= offset;
  if (!view.is_item()) return;
  view.has_origin = true;
  view.origin = {view.id.client, view.id.clock - 1};
  view.parent = StructView::Parent::kInherited;
}

void expect_cut_inside(const StructView& view, uint64_t at) { TM_ASSERT(at > 0 && at < view.len); }

}  // namespace

void slice(StructView& view, uint64_t offset) {
  expect_cut_inside(view, offset);
  // Of what has a length above 1, only these keep something in their bytes.
  if (view.ref == Ref::kString) slice_text(view, static_cast<size_t>(offset));
  if (view.ref == Ref::kAny || view.ref == Ref::kJson) {
    view.payload = view.payload.subspan(element_offset(view, offset));
  }
  continue_at(view, offset);
}

void slice(StructView& view, uint64_t offset, size_t bytes) {
  expect_cut_inside(view, offset);
  if (view.ref == Ref::kString) {
    view.text.remove_prefix(bytes);
  } else {
    view.payload = view.payload.subspan(bytes);
  }
  continue_at(view, offset);
}

void truncate(StructView& view, uint64_t len) {
  expect_cut_inside(view, len);
  if (view.ref == Ref::kString) truncate_text(view, static_cast<size_t>(len));
  if (view.ref == Ref::kAny || view.ref == Ref::kJson) {
    view.payload = view.payload.first(element_offset(view, len));
  }
  view.len = len;
}

}  // namespace tidemark::crdt
