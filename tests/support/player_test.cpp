#include "support/player.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark::support {
namespace {

Trace play(const std::string& roots, const std::string& steps) {
  rapidjson::Document program;
  program.Parse((R"({"clients":[{"id":1,"gc":true,"late":false}],"events":true,"roots":)" + roots +
                 R"(,"steps":)" + steps + "}")
                    .c_str());
  EXPECT_FALSE(program.HasParseError());
  return play_program(program);
}

Trace play_ops(const std::string& ops) {
  return play(R"([["array","a"],["text","t"],["map","m"],["xmlelement","e"]])",
              R"([{"i":0,"do":0,"ops":)" + ops + "}]");
}

TEST(Player, answers_programs_that_make_no_sense_with_an_error) {
  for (const char* ops : {
           R"([["add",["a"],0,[{"$t":["xmlfragment"]}]],["add",["a",0],0,[2147483647]]])",
           R"([["add",["e"],0,[{"$t":["text","x"]}]]])",
           R"([["add",["e"],0,[{"$t":[]}]]])",
           R"([["embed",["t"],0,{"$t":["map",[["key"]]]}]])",
           R"([["embed",["t"],0,{"$t":["map",7]}]])",
           R"([["set",["m"],"k",{"$i":"one"}]])",
           R"([["insert",["t"],-1,"x"]])",
           R"([["insert",["t"],9,"x"]])",
           R"([["insert",["nowhere"],0,"x"]])",
           R"([["erase",["a"]]])",
           R"([[]])",
       }) {
    const Trace trace = play_ops(ops);
    EXPECT_EQ(trace.failed_step, 0) << ops;
    EXPECT_FALSE(trace.error.empty()) << ops;
  }
}

TEST(Player, answers_steps_and_heads_that_make_no_sense_with_an_error) {
  for (const char* steps : {R"([{"i":0,"do":7,"ops":[]}])", R"([{"i":0,"recv":0}])",
                            R"([{"i":0,"reload":1,"v":1,"id":5}])", R"([{"i":0,"do":0}])",
                            R"([{"i":0,"check":[1]}])", R"([3])", "{}"}) {
    EXPECT_EQ(play(R"([["array","a"]])", steps).failed_step, 0) << steps;
  }
  EXPECT_EQ(play(R"([["array"]])", "[]").failed_step, 0);
  EXPECT_EQ(play("1", "[]").failed_step, 0);
}

TEST(Player, names_the_step_that_fails) {
  const Trace trace = play(R"([["array","a"]])",
                           R"([{"i":0,"do":0,"ops":[["push",["a"],[1]]]},
                               {"i":1,"do":0,"ops":[["erase",["a"],1,1]]}])");
  EXPECT_EQ(trace.failed_step, 1);
}

}  // namespace
}  // namespace tidemark::support
