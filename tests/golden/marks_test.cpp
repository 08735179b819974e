// Marks that npm yjs wrote by the format in docs/marks.md, and ours after a Yjs peer edited the
// text and sent everything on.
#include <gtest/gtest.h>

#include <string>

#include "crdt/marks.h"
#include "golden_lines.h"
#include "support/json_values.h"

namespace tidemark::support {
namespace {

const crdt::MarkTypes kTypes = {{"link", {crdt::MarkExpand::kNeither}}};

rapidjson::Document golden(const std::string& which) {
  for (const std::string& line : lines_with("{\"marks\"")) {
    rapidjson::Document json = parse(line);
    if (text_of(json["marks"]) == which) return json;
  }
  ADD_FAILURE() << which << " is not among the golden lines";
  return {};
}

crdt::Marks marks_of(crdt::Doc& doc) {
  return {doc, doc.text("t"), doc.array("tidemark:marks:t"), kTypes};
}

std::string shown(crdt::Doc& doc) {
  const Result<crdt::Delta> delta = marks_of(doc).to_delta();
  return delta ? to_json(delta_to_json(*delta)) : delta.error().detail;
}

TEST(Marks, are_read_as_yjs_wrote_them) {
  const rapidjson::Document line = golden("written by Yjs");
  crdt::Doc doc;
  ASSERT_TRUE(doc.apply_update(from_hex(text_of(line["update"]))));
  EXPECT_EQ(shown(doc),
            R"([{"insert":"he ","attributes":{"comment":{"c":{"by":"me"}}}},)"
            R"({"insert":"fox","attributes":{"bold":true,"comment":{"c":{"by":"me"}}}},)"
            R"({"insert":"es","attributes":{"bold":true}},{"insert":" jumped."}])");
}

TEST(Marks, are_carried_by_yjs_through_edits_and_syncs) {
  const rapidjson::Document line = golden("carried by Yjs");
  crdt::Doc doc({.client_id = 5});
  ASSERT_TRUE(doc.text("t").insert(0, "The fox jumped."));
  ASSERT_TRUE(marks_of(doc).add(4, 3, {"bold", "", crdt::Any(true)}));
  ASSERT_TRUE(marks_of(doc).add(4, 3, {"link", "", crdt::Any("u")}));
  EXPECT_EQ(to_hex(doc.encode_state_as_update()), text_of(line["ours"]));
  const crdt::Any before = doc.array("tidemark:marks:t").to_json();
  ASSERT_TRUE(doc.apply_update(from_hex(text_of(line["update"]))));
  EXPECT_EQ(doc.array("tidemark:marks:t").to_json(), before);
  EXPECT_EQ(shown(doc),
            R"([{"insert":"A the "},{"insert":"free fox","attributes":{"bold":true,"link":"u"}},)"
            R"({"insert":"es","attributes":{"bold":true}},{"insert":" jumped."}])");
}

}  // namespace
}  // namespace tidemark::support
