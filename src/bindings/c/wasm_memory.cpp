// How the wasm module allocates, and how it ends when it must: with its last words where whoever
// runs it can read them. Elsewhere allocation and assertions are the program's own business.
#include "base/assert.h"
#include "base/bytes.h"
#include "bindings/c/heap.h"
#include "bindings/c/tidemark.h"

#ifdef __wasm__

#include <cerrno>
#include <cstdlib>
#include <new>
#include <string_view>

// Where data ends, by the linker.
extern "C" uint8_t __heap_base;

namespace {

constexpr uint64_t kPageBytes = 65536;

tidemark::bindings::Heap heap;
uint32_t heap_pages = 0;  // the memory that the heap has got reaches up to there
size_t limit_bytes = 0;
char last_text[200];
tm_bytes last_words{reinterpret_cast<const uint8_t*>(last_text), 0};

void say(std::string_view words) {
  for (const char c : words) {
    if (last_words.size < sizeof last_text) last_text[last_words.size++] = c;
  }
}

[[noreturn]] void end_for_memory() {
  say("out of memory");
  __builtin_trap();
}

void end_for_assertion(const char* expression, const char* file, int) {
  say(expression);
  say(" in ");
  say(file);
}

// Nobody else makes memory grow, so that what the heap has is one piece.
void take_pages(uint64_t bytes) {
  const auto present = static_cast<uint32_t>(__builtin_wasm_memory_size(0));
  // More than is needed now: each time ends all views that JavaScript has.
  uint64_t count = (bytes + kPageBytes - 1) / kPageBytes + present / 16;
  const uint64_t limit = limit_bytes / kPageBytes;
  if (limit_bytes != 0 && present + count > limit) {
    count = (bytes + kPageBytes - 1) / kPageBytes;
    if (present + count > limit) end_for_memory();
  }
  if (present + count >= UINT64_C(65536) ||
      __builtin_wasm_memory_grow(0, static_cast<size_t>(count)) == SIZE_MAX) {
    end_for_memory();
  }
}

void extend(uint32_t size) {
  const auto base = (reinterpret_cast<uintptr_t>(&__heap_base) + 7) & ~uintptr_t{7};
  if (heap_pages == 0) {
    heap.start(reinterpret_cast<uint8_t*>(base));
  } else {
    take_pages(tidemark::bindings::Heap::block_bytes(size));
  }
  heap_pages = static_cast<uint32_t>(__builtin_wasm_memory_size(0));
  heap.give(static_cast<uint32_t>(heap_pages * kPageBytes - base));
}

// The largest is half of what there can be: sizes are sums of 32 bits.
constexpr size_t kMaxBytes = SIZE_MAX / 2;

void* allocate(size_t size) {
  if (size > kMaxBytes || (limit_bytes != 0 && size > limit_bytes)) end_for_memory();
  for (;;) {
    if (void* memory = heap.allocate(size)) return memory;
    extend(size);
  }
}

}  // namespace

void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

// What libc has for these is larger than all of the above. Only its own code calls them: for ours
// the compiler knows the instructions that copy and fill memory.
extern "C" {

void* memcpy(void* to, const void* from, size_t size) { return __builtin_memcpy(to, from, size); }
void* memmove(void* to, const void* from, size_t size) { return __builtin_memmove(to, from, size); }
void* memset(void* to, int byte, size_t size) { return __builtin_memset(to, byte, size); }

void* malloc(size_t size) { return allocate(size); }

void free(void* memory) {
  if (memory != nullptr) heap.release(memory);
}

void* calloc(size_t count, size_t size) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) end_for_memory();
  return std::memset(allocate(bytes), 0, bytes);
}

void* realloc(void* memory, size_t size) {
  void* moved = allocate(size);
  if (memory != nullptr) {
    const size_t had = tidemark::bindings::Heap::payload_bytes(memory);
    std::memcpy(moved, memory, had < size ? had : size);
    heap.release(memory);
  }
  return moved;
}

// Nothing of ours is aligned beyond what everything is.
void* aligned_alloc(size_t alignment, size_t size) {
  return alignment > tidemark::bindings::Heap::kAlignment ? nullptr : allocate(size);
}

int posix_memalign(void** memory, size_t alignment, size_t size) {
  *memory = aligned_alloc(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}

// The same for libc itself.
void* __libc_malloc(size_t size) { return malloc(size); }
void* __libc_calloc(size_t count, size_t size) { return calloc(count, size); }
void __libc_free(void* memory) { free(memory); }

}  // extern "C"

const tm_bytes* tm_last_words(void) {
  tidemark::set_assertion_hook(end_for_assertion);
  return &last_words;
}

void tm_limit_memory(size_t bytes) { limit_bytes = bytes; }

#else

const tm_bytes* tm_last_words(void) {
  static constexpr tm_bytes kNothing{nullptr, 0};
  return &kNothing;
}

void tm_limit_memory(size_t) {}

#endif
