#include "support/trace_file.h"

#include <zlib.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "base/assert.h"
#include "support/json.h"

namespace tidemark::support {

namespace {

std::string gunzip(const std::string& file) {
  gzFile in = gzopen(file.c_str(), "rb");
  TM_ASSERT(in != nullptr);
  std::string text;
  std::array<char, 65536> chunk;
  for (int count = 0; (count = gzread(in, chunk.data(), chunk.size())) > 0;) {
    text.append(chunk.data(), static_cast<size_t>(count));
  }
  TM_ASSERT(gzclose(in) == Z_OK);
  return text;
}

TraceStep step_of(const rapidjson::Value& json) {
  TraceStep step;
  if (json.HasMember("agent")) step.agent = json["agent"].GetUint();
  if (json.HasMember("parents")) {
    for (const auto& parent : json["parents"].GetArray()) step.parents.push_back(parent.GetUint());
  }
  for (const auto& patch : json["patches"].GetArray()) {
    step.patches.push_back({patch[0].GetUint(),
                            patch[1].GetUint(),
                            {patch[2].GetString(), patch[2].GetStringLength()}});
  }
  return step;
}

}  // namespace

std::string traces_folder(const std::string& checkout) {
  const char* shared = std::getenv("TIDEMARK_SHARED");
  return (shared != nullptr ? std::string(shared) : checkout + "/../shared") + "/traces";
}

bool trace_exists(const std::string& file) { return std::ifstream(file).good(); }

EditTrace read_trace(const std::string& file) {
  rapidjson::Document json;
  const std::string text = gunzip(file);
  json.Parse(text.c_str(), text.size());
  TM_ASSERT(!json.HasParseError());
  EditTrace trace;
  if (json.HasMember("numAgents")) {
    trace.agents = json["numAgents"].GetUint();
    trace.is_sequential = false;
  }
  trace.end_content = {json["endContent"].GetString(), json["endContent"].GetStringLength()};
  for (const auto& step : json["txns"].GetArray()) trace.steps.push_back(step_of(step));
  return trace;
}

}  // namespace tidemark::support
