// A history of edits: who made each and what the writer had heard of by then. Every edit is played
// on the model and on documents of the kernel; whatever both must agree on is compared here.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crdt/doc.h"
#include "crdt/update.h"
#include "model/model.h"
#include "model/operation.h"

namespace tidemark::model {

// A set of edits of a history: bit i stands for the i-th.
using Edits = uint32_t;

struct Edit {
  uint64_t client;
  Edits past;  // what the writer had heard of, own edits too; nothing in it lacks its own past
  Operation operation;
  Message message = {};
  Buffer v1 = {};
  Buffer v2 = {};
};

class History {
 public:
  explicit History(bool collects_garbage) : collects_garbage_(collects_garbage) {}

  // Empty, or what model and kernel do not agree on. The edit is there in both cases.
  std::string add(uint64_t client, Edits past, const Operation& operation);
  void pop();

  size_t size() const { return edits_.size(); }
  const Edit& operator[](size_t i) const { return edits_[i]; }
  Edits all() const { return (Edits{1} << edits_.size()) - 1; }
  // One line for each edit.
  std::string describe() const;
  bool collects_garbage() const { return collects_garbage_; }
  // Whether the next one who listens hears V1 alone, in which a peer's typing has paths of its own,
  // or both encodings in turns.
  bool next_hears_v1_alone() { return ++observers_ % 3 != 0; }

  // What one knows who has heard of these edits, in whichever order.
  struct State {
    Replica replica;
    std::string description;
    std::string shown;
    // What was compared already: the bytes of a document and the order of its lists.
    std::set<std::string, std::less<>> compared = {};
  };
  State& after(Edits heard);
  // What becomes of the edit for one who has heard of these.
  struct Effect {
    std::string description = {};
    std::set<std::string, std::less<>> compared = {};  // updates that say this
  };
  Effect& effect(Edits heard, size_t edit);

 private:
  bool collects_garbage_;
  unsigned observers_ = 0;
  std::vector<Edit> edits_;
  std::map<Edits, State> states_;
  std::map<std::pair<Edits, size_t>, Effect> effects_;
};

// Two documents of the kernel that hear the same, one with the fast paths and one without.
class Observer {
 public:
  Observer(History& history, uint64_t client);
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  // An edit of somebody else, or one of this client as its writer made it.
  void hear(size_t edit);
  void play(const Operation& operation);
  // Empty, or what differs from the model after the last call, whose effect is given.
  std::string compare(History::Effect& effect);
  // Whether what the documents encode is read back as what they hold.
  std::string compare_loaded() const;

  Edits heard() const { return heard_; }
  void note_heard(Edits edits) { heard_ |= edits; }
  // What tells documents apart that have heard of the same: how their units lie in blocks, and what
  // waits.
  std::string identity() const;
  const Buffer& v1() const { return updates_[0]; }
  const Buffer& v2() const { return updates_[2]; }

 private:
  std::string compare_document(crdt::Doc& doc) const;
  std::string compare_updates(History::Effect& effect) const;

  History& history_;
  bool hears_v1_alone_;
  Edits heard_ = 0;
  crdt::Doc fast_;
  crdt::Doc slow_;
  Buffer updates_[3];  // of the last call: V1 of both, V2 of the slow one
  std::vector<crdt::Subscription> subscriptions_;
};

// Everything that can become of those who hear of a growing history, in whichever order, also in
// those in which an edit comes before what it depends on. Orders that lead to one and the same
// document, by the bytes that it says and by what waits in it, go on as one: every step of every
// order is made and compared, and none twice.
class Orders {
 public:
  // Everybody has heard of what is in the history so far.
  explicit Orders(History& history);

  // The history has one more edit: all steps that have heard of it, or do so now.
  std::string extend();
  // The edit is about to go.
  void pop();

 private:
  struct Station {
    Edits heard;
    std::vector<uint8_t> path;
    Edits taken = 0;  // edits that were heard next
  };
  size_t next_of(const Station& station) const;
  size_t arrive(const Observer& observer, const std::vector<uint8_t>& path);
  std::string walk_from(size_t number);

  History& history_;
  std::vector<Station> stations_;
  std::map<std::pair<Edits, std::string>, size_t> numbers_;
};

}  // namespace tidemark::model
