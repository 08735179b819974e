// How the wasm module ends when it must: with its last words where whoever runs it can read them.
// Elsewhere allocation and assertions are the program's own business.
#include "base/assert.h"
#include "base/bytes.h"
#include "bindings/c/tidemark.h"

#ifdef __wasm__

#include <cstdlib>
#include <new>
#include <string_view>

namespace {

constexpr size_t kPageBytes = 65536;

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

void* allocate(size_t size) {
  if (limit_bytes != 0 && size > limit_bytes) end_for_memory();
  void* memory = std::malloc(size);
  if (memory == nullptr) end_for_memory();
  // Only now is it known whether that took more from the machine.
  if (limit_bytes != 0 && __builtin_wasm_memory_size(0) * kPageBytes > limit_bytes) {
    end_for_memory();
  }
  return memory;
}

}  // namespace

void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

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
