#include "base/assert.h"

namespace tidemark {
namespace {

AssertionHook assertion_hook = nullptr;

}  // namespace

void set_assertion_hook(AssertionHook hook) { assertion_hook = hook; }

void fail_assertion(const char* expression, const char* file, int line) {
  if (assertion_hook != nullptr) assertion_hook(expression, file, line);
  __builtin_trap();
}

}  // namespace tidemark
