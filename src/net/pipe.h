// One accepted socket as a stream of bytes, with or without TLS, that never blocks. Its owner asks
// for one read at a time and so decides when nothing more is taken in.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"

namespace tidemark::net {

class PipeOwner {
 public:
  // TLS is established, or was not asked for.
  virtual void on_ready() = 0;
  // The answer to read(). The bytes are gone when this returns.
  virtual void on_bytes(Bytes bytes) = 0;
  // write() may go on.
  virtual void on_writable() = 0;
  // The peer has ended its side, or the socket failed. Nothing is read any more.
  virtual void on_end() = 0;

 protected:
  ~PipeOwner() = default;
};

class Pipe {
 public:
  // Callbacks come from the loop, never from inside the calls below, and end with this object.
  struct State;
  explicit Pipe(std::shared_ptr<State> state);
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  const std::string& address() const;

  void start(PipeOwner& owner);
  // Asks for one on_bytes() or on_end(); not again before that.
  void read();
  // Takes bytes from the front of the pieces and says how many. If not all, on_writable() follows.
  // A broken socket takes everything; on_end() tells.
  size_t write(std::span<const Bytes> pieces);
  // Ends our side once what was written is out.
  void finish_writing();

 private:
  std::shared_ptr<State> state_;
};

}  // namespace tidemark::net
