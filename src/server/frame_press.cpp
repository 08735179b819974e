#include "server/frame_press.h"

#include "sync/dialects/hocuspocus.h"
#include "sync/y_frame.h"

namespace tidemark::server {

namespace {

namespace hocuspocus = sync::hocuspocus;

bool is_y(const Session& session) { return session.connection->dialect == Dialect::kYWebsocket; }

Buffer make_sync(const Session& session, sync::SyncStep step, Bytes payload) {
  return is_y(session) ? sync::y_sync_frame(step, payload)
                       : hocuspocus::sync_frame(session.address, step, payload);
}

}  // namespace

const SharedFrame& FramePress::frame_for(const Session& session) {
  if (is_y(session)) {
    if (!y_frame_) y_frame_ = share(make_(session, payload_));
    return y_frame_;
  }
  if (!hocuspocus_frame_ || address_ != session.address) {
    hocuspocus_frame_ = share(make_(session, payload_));
    address_ = session.address;
  }
  return hocuspocus_frame_;
}

Buffer make_step1(const Session& session, Bytes state_vector) {
  return make_sync(session, sync::SyncStep::kStep1, state_vector);
}

Buffer make_step2(const Session& session, Bytes update) {
  return make_sync(session, sync::SyncStep::kStep2, update);
}

Buffer make_update(const Session& session, Bytes update) {
  return make_sync(session, sync::SyncStep::kUpdate, update);
}

Buffer make_awareness(const Session& session, Bytes update) {
  return is_y(session) ? sync::y_awareness_frame(update)
                       : hocuspocus::awareness_frame(session.address, update);
}

}  // namespace tidemark::server
