// Makes the frames of one payload: one buffer for all receivers whose frames are equal, which in
// y-websocket are all, and in Hocuspocus those that use the same address.
#pragma once

#include <string>

#include "server/session.h"
#include "server/shared_frame.h"

namespace tidemark::server {

class FramePress {
 public:
  using Make = Buffer (*)(const Session&, Bytes payload);

  // The payload outlives the press.
  FramePress(Make make, Bytes payload) : make_(make), payload_(payload) {}

  const SharedFrame& frame_for(const Session& session);

 private:
  Make make_;
  Bytes payload_;
  SharedFrame y_frame_;
  SharedFrame hocuspocus_frame_;
  std::string address_;  // of hocuspocus_frame_
};

Buffer make_step1(const Session& session, Bytes state_vector);
Buffer make_step2(const Session& session, Bytes update);
Buffer make_update(const Session& session, Bytes update);
Buffer make_awareness(const Session& session, Bytes update);

}  // namespace tidemark::server
