// Documents named inside of others: who is told of them when, and which are wanted.
#include <gtest/gtest.h>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

using Guids = std::vector<std::string>;

// What observers of a document heard of subdocuments.
struct Heard {
  explicit Heard(Doc& doc) {
    subscription = doc.on_subdocuments([this](const SubdocumentEvent& event) {
      ++events;
      added = event.added;
      removed = event.removed;
      loaded = event.loaded;
    });
  }
  int events = 0;
  Guids added;
  Guids removed;
  Guids loaded;
  Subscription subscription;
};

Any auto_load() { return Any(AnyObject({{"autoLoad", Any(true)}})); }

TEST(Subdocument, put_in_here_is_wanted_unless_said_otherwise) {
  Doc doc({.client_id = 1});
  Heard heard(doc);
  doc.map("m").set_subdocument("a", {.guid = "a"});
  EXPECT_EQ(heard.added, Guids{"a"});
  EXPECT_EQ(heard.loaded, Guids{"a"});
  EXPECT_TRUE(doc.should_load("a"));
  doc.map("m").set_subdocument("b", {.guid = "b", .should_load = false});
  EXPECT_EQ(heard.added, Guids{"b"});
  EXPECT_EQ(heard.loaded, Guids{});
  EXPECT_FALSE(doc.map("m").at("b")->subdocument()->should_load);
}

TEST(Subdocument, of_others_is_wanted_only_if_it_loads_by_itself) {
  Doc writer({.client_id = 1});
  writer.map("m").set_subdocument("a", {.guid = "a", .options = Any(AnyObject())});
  writer.map("m").set_subdocument("b", {.guid = "b", .options = auto_load()});
  Doc reader({.client_id = 2});
  Heard heard(reader);
  ASSERT_TRUE(reader.apply_update(writer.encode_state_as_update()));
  EXPECT_EQ(heard.added, (Guids{"a", "b"}));
  EXPECT_EQ(heard.loaded, Guids{"b"});
  EXPECT_FALSE(reader.should_load("a"));
  EXPECT_TRUE(reader.should_load("b"));
}

TEST(Subdocument, is_loaded_once) {
  Doc doc({.client_id = 1});
  doc.map("m").set_subdocument("a", {.guid = "a", .should_load = false});
  Heard heard(doc);
  EXPECT_TRUE(doc.load_subdocument("a"));
  EXPECT_EQ(heard.loaded, Guids{"a"});
  EXPECT_EQ(heard.added, Guids{});
  EXPECT_TRUE(doc.load_subdocument("a"));
  EXPECT_EQ(heard.events, 1);
  EXPECT_FALSE(doc.load_subdocument("b"));
  EXPECT_FALSE(doc.unload_subdocument("b"));
}

TEST(Subdocument, unloaded_starts_anew) {
  Doc doc({.client_id = 1});
  doc.map("m").set_subdocument("a", {.guid = "a"});
  Heard heard(doc);
  EXPECT_TRUE(doc.unload_subdocument("a"));
  EXPECT_EQ(heard.added, Guids{"a"});
  EXPECT_EQ(heard.removed, Guids{"a"});
  EXPECT_EQ(heard.loaded, Guids{});
  EXPECT_FALSE(doc.should_load("a"));
  EXPECT_EQ(doc.subdocuments(), Guids{"a"});
  EXPECT_TRUE(doc.load_subdocument("a"));
  EXPECT_EQ(heard.loaded, Guids{"a"});
}

TEST(Subdocument, that_is_deleted_is_not_there_to_load) {
  Doc doc({.client_id = 1});
  doc.map("m").set_subdocument("a", {.guid = "a"});
  Heard heard(doc);
  doc.map("m").erase("a");
  EXPECT_EQ(heard.removed, Guids{"a"});
  EXPECT_EQ(doc.subdocuments(), Guids{});
  EXPECT_FALSE(doc.should_load("a"));
  EXPECT_FALSE(doc.load_subdocument("a"));
}

TEST(Subdocument, may_be_loaded_by_who_hears_of_it) {
  Doc doc({.client_id = 1});
  Guids loaded;
  const Subscription subscription = doc.on_subdocuments([&](const SubdocumentEvent& event) {
    for (const std::string& guid : event.loaded) loaded.push_back(guid);
    for (const std::string& guid : event.added) doc.load_subdocument(guid);
  });
  doc.map("m").set_subdocument("a", {.guid = "a", .should_load = false});
  EXPECT_EQ(loaded, Guids{"a"});
}

TEST(Subdocument, in_several_places_is_loaded_in_all) {
  Doc doc({.client_id = 1});
  doc.map("m").set_subdocument("a", {.guid = "twin", .should_load = false});
  doc.map("m").set_subdocument("b", {.guid = "twin", .should_load = false});
  Heard heard(doc);
  EXPECT_TRUE(doc.load_subdocument("twin"));
  EXPECT_EQ(heard.loaded, (Guids{"twin", "twin"}));
  doc.map("m").erase("a");
  EXPECT_TRUE(doc.should_load("twin"));
  EXPECT_EQ(doc.subdocuments(), Guids{"twin"});
}

}  // namespace
}  // namespace tidemark::crdt
