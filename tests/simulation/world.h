// One server, its store, its clients and the wires between them. Every step checks what must always
// hold: nobody hears what is not stored, and what was called kept is stored. heal() ends all faults
// and checks what must hold in the end: everybody is equal, and everything is kept.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "device.h"
#include "server/faulty_store.h"
#include "server/hub.h"

namespace tidemark::simulation {

// How hostile this world is: chances are one in so many, 0 is never.
struct Faults {
  uint64_t cut = 0;           // a connection, per device and step
  uint64_t crash = 0;         // the server, per step
  uint64_t full_disk = 0;     // begins or ends, per step
  uint64_t stalled = 0;       // a reader stops or goes on, per device and step
  uint64_t late_commit = 0;   // a step without a commit
  uint64_t max_delay_ms = 0;  // of a frame on the wire

  static Faults drawn(Random& random);
};

class World {
 public:
  World(uint64_t seed, bool is_verbose);

  // The first thing that did not hold; empty if all did.
  std::string run();
  // Of everything that went over a wire; equal for equal seeds.
  uint64_t trace() const { return trace_; }

 private:
  struct OnTheWire {
    Instant due;
    Buffer bytes;
  };
  // One connection: two queues that keep their order.
  struct Wire {
    server::ConnectionId id = 0;
    std::deque<OnTheWire> up;
    std::deque<OnTheWire> down;
    bool is_stalled = false;
  };

  void step();
  void act(size_t index);
  void connect(size_t index);
  void disconnect(size_t index);
  void crash();
  void carry(size_t index);
  void commit();
  void take_actions();
  void say(size_t index, sync::Frames&& frames);
  void hear(size_t index, Bytes frame);
  void check_emitted(size_t index, Bytes frame);
  void note_stored();
  void heal();
  void check_equal();
  bool chance(uint64_t one_in) { return one_in != 0 && random_.one_in(one_in); }
  Instant due_after(const std::deque<OnTheWire>& queue);
  void fail(std::string what);

  Random random_;
  Faults faults_;
  bool is_verbose_;
  Instant now_{0};
  server::FaultyStore store_;
  server::Limits limits_;
  std::unique_ptr<server::Hub> hub_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::unique_ptr<Wire>> wires_;  // by device; null if not connected
  std::map<std::string, Oracle> oracles_;
  server::ConnectionId next_connection_ = 1;
  uint64_t trace_ = 0xcbf29ce484222325u;
  std::string failure_;
};

}  // namespace tidemark::simulation
