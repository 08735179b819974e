// What a peer may do, as a value: rules over document names. Whoever opens a connection brings one;
// where it comes from (a token, a flag, loopback) is not the hub's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemark::server {

struct Access {
  bool can_read = false;
  bool can_write = false;
  friend bool operator==(const Access&, const Access&) = default;
};

struct Grant {
  // A pattern is a document name, or the beginning of names when it ends in '*'.
  struct Rule {
    std::string pattern;
    Access access;
  };
  std::vector<Rule> rules;

  static Grant everything() { return {{{"*", {true, true}}}}; }
  static Grant reading() { return {{{"*", {true, false}}}}; }
};

// The rule with the longest matching pattern decides; no match permits nothing. Writing without
// reading is not offered: who may not read may not write.
Access gate(const Grant& grant, std::string_view document);

}  // namespace tidemark::server
