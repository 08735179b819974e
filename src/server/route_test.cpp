#include "server/route.h"

#include <gtest/gtest.h>

#include "server/grant.h"

namespace tidemark::server {
namespace {

std::string room_of(std::string_view target) {
  const auto found = route(target, Limits{});
  EXPECT_TRUE(found.has_value()) << target;
  if (!found) return "?";
  EXPECT_EQ(found->dialect, Dialect::kYWebsocket) << target;
  return found->room;
}

TEST(Route, tells_hocuspocus_from_rooms) {
  for (const auto* target : {"/", "/hocuspocus", "/hocuspocus/", "/?token=x", "/hocuspocus?a=b"}) {
    const auto found = route(target, Limits{});
    ASSERT_TRUE(found) << target;
    EXPECT_EQ(found->dialect, Dialect::kHocuspocus) << target;
  }
  EXPECT_EQ(room_of("/yjs/notes"), "notes");
  EXPECT_EQ(room_of("/notes"), "notes");
  EXPECT_EQ(room_of("/notes?auth=1"), "notes");
  EXPECT_EQ(room_of("/team/a/b"), "team/a/b");
  EXPECT_EQ(room_of("/hocuspocus/x"), "hocuspocus/x");
  EXPECT_EQ(room_of("/yjs/yjs/x"), "yjs/x");
}

TEST(Route, decodes_percent_escapes_once) {
  EXPECT_EQ(room_of("/a%20b"), "a b");
  EXPECT_EQ(room_of("/%C3%A5"), "å");
  EXPECT_EQ(room_of("/a%2520b"), "a%20b");
  EXPECT_EQ(room_of("/a%2Fb"), "a/b");
}

TEST(Route, refuses_what_is_no_name) {
  for (const auto* target : {"", "notes", "/yjs/", "/a%2", "/a%zz", "/%ff", "/a%00b", "/a%0Ab",
                             "/%7F", "/..", "/a/../b", "/./b", "/%2e%2e/x", "/a/%2E"}) {
    EXPECT_FALSE(route(target, Limits{})) << target;
  }
  Limits limits;
  limits.max_room_name_bytes = 4;
  EXPECT_TRUE(route("/four", limits));
  EXPECT_EQ(route("/fivef", limits).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(route("/..a", Limits{}));
}

TEST(Gate, lets_the_longest_pattern_decide) {
  const Grant grant = {{{"*", {true, false}},
                        {"team/*", {true, true}},
                        {"team/secret", {false, false}},
                        {"drop*", {false, true}}}};
  EXPECT_EQ(gate(grant, "x"), (Access{true, false}));
  EXPECT_EQ(gate(grant, "team/x"), (Access{true, true}));
  EXPECT_EQ(gate(grant, "team/secret"), (Access{false, false}));
  EXPECT_EQ(gate(grant, "team/secret2"), (Access{true, true}));
  EXPECT_EQ(gate(grant, "dropbox"), (Access{false, false}));
  EXPECT_EQ(gate(Grant{}, "x"), (Access{false, false}));
  EXPECT_EQ(gate(Grant::everything(), ""), (Access{true, true}));
}

TEST(Gate, prefers_a_name_to_a_beginning_of_the_same_length) {
  const Grant grant = {{{"ab*", {true, true}}, {"abc", {true, false}}}};
  EXPECT_EQ(gate(grant, "abc"), (Access{true, false}));
  EXPECT_EQ(gate(grant, "abd"), (Access{true, true}));
}

}  // namespace
}  // namespace tidemark::server
