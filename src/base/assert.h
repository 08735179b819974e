// Assertions are on in every build: a wrong document is worse than a stopped process. Bytes from
// outside must never reach one; they get a Result.
#pragma once

namespace tidemark {

// Ends the process. The host may set a hook that logs the text first; it must not return.
[[noreturn]] void fail_assertion(const char* expression, const char* file, int line);

using AssertionHook = void (*)(const char* expression, const char* file, int line);
void set_assertion_hook(AssertionHook hook);

}  // namespace tidemark

#define TM_ASSERT(expression)          \
  ((expression) ? static_cast<void>(0) \
                : ::tidemark::fail_assertion(#expression, __FILE__, __LINE__))
