// The lines of yjs13.jsonl, which make.mjs writes: one JSON object each.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/json.h"

namespace tidemark::support {

// `start` is what the first key of the line makes it begin with.
inline std::vector<std::string> lines_with(const std::string& start) {
  std::ifstream in(TM_GOLDEN_FILE);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, start.size(), start) == 0) lines.push_back(line);
  }
  return lines;
}

inline rapidjson::Document parse(const std::string& text) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseFullPrecisionFlag>(text.c_str(), text.size());
  EXPECT_FALSE(json.HasParseError());
  return json;
}

inline std::string print(const rapidjson::Value& json) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> to(buffer);
  json.Accept(to);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace tidemark::support
