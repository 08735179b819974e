// The kernel as the child of diff.mjs: plays one program per line, see child.mjs for the protocol.
#include <iostream>
#include <string>

#include "support/player.h"

namespace tidemark::support {
namespace {

std::string answer_to(const std::string& line) {
  rapidjson::Document request;
  request.Parse<rapidjson::kParseFullPrecisionFlag>(line.c_str(), line.size());
  rapidjson::StringBuffer buffer;
  JsonWriter to(buffer);
  to.StartObject();
  to.Key("id");
  to.Uint64(request["id"].GetUint64());
  const Trace trace = play_program(request["program"]);
  if (trace.failed_step < 0) {
    to.Key("trace");
    to.RawValue(trace.json.data(), trace.json.size(), rapidjson::kArrayType);
  } else {
    to.Key("error");
    write_text(to, trace.error);
    to.Key("step");
    to.Int(trace.failed_step);
  }
  to.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace
}  // namespace tidemark::support

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << tidemark::support::answer_to(line) << '\n' << std::flush;
  }
  return 0;
}
