// How the benchmarks of the kernel measure time.
#pragma once

#include <algorithm>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace tidemark::bench {

// Processor time: other jobs on the machine do not count.
inline double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

template <typename F>
double ms_of(F&& work) {
  const double start = cpu_ms();
  work();
  return cpu_ms() - start;
}

template <typename F>
double median_ms(F&& work, int repeats = 15) {
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) times.push_back(ms_of(work));
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

inline double resident_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stod(line.substr(6));
  }
  return 0;
}

}  // namespace tidemark::bench
