// An editing trace of josephg/editing-traces as it lies in its file: edits of one text, each
// relative to what its author had seen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark::support {

struct Patch {
  uint32_t position;
  uint32_t removed;
  std::string inserted;
};

struct TraceStep {
  uint32_t agent = 0;
  std::vector<uint32_t> parents;  // steps that the author had seen, besides what those had seen
  std::vector<Patch> patches;
};

struct EditTrace {
  uint32_t agents = 1;
  bool is_sequential = true;  // each step builds on the one before
  std::string end_content;
  std::vector<TraceStep> steps;
};

// The folder named by TIDEMARK_SHARED, or `shared` beside the checkout; with /traces.
std::string traces_folder(const std::string& checkout);
bool trace_exists(const std::string& file);
// Ends the program if the file does not read: it is not an input from strangers.
EditTrace read_trace(const std::string& file);

}  // namespace tidemark::support
