#include "net/pipe.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <vector>

#include "net/internal/socket.h"
#include "net/internal/tls_context.h"

namespace tidemark::net {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCodeOf = boost::system::error_code;

constexpr size_t kReadBytes = size_t{64} << 10;
constexpr size_t kTlsReadBytes = size_t{8} << 10;
constexpr size_t kTlsWriteBytes = size_t{64} << 10;
// Unsent bytes that the kernel takes per socket. Bytes in flight are not counted, so that long fat
// lines stay full, while a stalled reader costs no more than this beside our own bounded queue.
constexpr int kUnsentBytes = 256 << 10;

bool would_block(const ErrorCodeOf& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

struct Pipe::State : std::enable_shared_from_this<Pipe::State> {
  State(tcp::socket accepted, std::shared_ptr<Tls> tls) : socket(std::move(accepted)) {
    if (tls != nullptr) {
      secure.emplace(*this, std::move(tls));
    }
  }

  struct Secure {
    Secure(State& state, std::shared_ptr<Tls> used)
        : tls(std::move(used)), stream(state.socket, tls->state().context) {}
    std::shared_ptr<Tls> tls;
    asio::ssl::stream<tcp::socket&> stream;
    std::array<uint8_t, kTlsReadBytes> input;
    Buffer output;
    bool is_writing = false;
    bool wants_more = false;
    bool is_finishing = false;
  };

  void start();
  void read();
  void read_secure();
  size_t write(std::span<const Bytes> pieces);
  size_t write_secure(std::span<const Bytes> pieces);
  void written_secure(const ErrorCodeOf& error);
  void await_writable();
  void finish_writing();
  void end();

  tcp::socket socket;
  std::string address;
  PipeOwner* owner = nullptr;  // null once the Pipe is gone
  std::optional<Secure> secure;
};

std::shared_ptr<Pipe::State> make_pipe_state(tcp::socket socket, std::shared_ptr<Tls> tls) {
  ErrorCodeOf error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return nullptr;
  socket.non_blocking(true, error);
  if (error) return nullptr;
  socket.set_option(tcp::no_delay(true), error);
  const asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT> unsent(kUnsentBytes);
  socket.set_option(unsent, error);
  auto state = std::make_shared<Pipe::State>(std::move(socket), std::move(tls));
  const asio::ip::address address = peer.address();
  const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  state->address = is_mapped
                       ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string()
                       : address.to_string();
  return state;
}

void Pipe::State::end() {
  if (owner != nullptr) owner->on_end();
}

void Pipe::State::start() {
  auto self = shared_from_this();
  if (!secure) {
    asio::post(socket.get_executor(), [self] {
      if (self->owner != nullptr) self->owner->on_ready();
    });
    return;
  }
  secure->stream.async_handshake(asio::ssl::stream_base::server, [self](const ErrorCodeOf& error) {
    if (error) return self->end();
    if (self->owner != nullptr) self->owner->on_ready();
  });
}

// Waits without a buffer and reads into one that all plain sockets of the thread share: an idle
// connection holds no memory for what it might say.
void Pipe::State::read() {
  if (secure) return read_secure();
  auto self = shared_from_this();
  socket.async_wait(tcp::socket::wait_read, [self](const ErrorCodeOf& failed) {
    if (self->owner == nullptr) return;
    static thread_local std::array<uint8_t, kReadBytes> scratch;
    ErrorCodeOf error = failed;
    const size_t count = error ? 0 : self->socket.read_some(asio::buffer(scratch), error);
    if (would_block(error)) return self->read();
    if (error) return self->end();
    self->owner->on_bytes({scratch.data(), count});
  });
}

void Pipe::State::read_secure() {
  auto self = shared_from_this();
  secure->stream.async_read_some(asio::buffer(secure->input),
                                 [self](const ErrorCodeOf& error, size_t count) {
                                   if (self->owner == nullptr) return;
                                   if (error) return self->end();
                                   self->owner->on_bytes({self->secure->input.data(), count});
                                 });
}

void Pipe::State::await_writable() {
  auto self = shared_from_this();
  socket.async_wait(tcp::socket::wait_write, [self](const ErrorCodeOf& error) {
    if (self->owner == nullptr) return;
    if (error) return self->end();
    self->owner->on_writable();
  });
}

size_t Pipe::State::write(std::span<const Bytes> pieces) {
  if (secure) return write_secure(pieces);
  static thread_local std::vector<asio::const_buffer> buffers;
  buffers.clear();
  size_t offered = 0;
  for (const Bytes piece : pieces) {
    buffers.emplace_back(piece.data(), piece.size());
    offered += piece.size();
  }
  ErrorCodeOf error;
  const size_t count = socket.write_some(buffers, error);
  // The read that is always pending sees the same failure and ends the connection.
  if (error && !would_block(error)) return offered;
  if (count < offered) await_writable();
  return count;
}

// OpenSSL needs the bytes to stay until they are out, so they are copied; one write at a time.
size_t Pipe::State::write_secure(std::span<const Bytes> pieces) {
  size_t offered = 0;
  size_t count = 0;
  for (const Bytes piece : pieces) offered += piece.size();
  if (!secure->is_writing) {
    for (const Bytes piece : pieces) {
      const size_t room = kTlsWriteBytes - secure->output.size();
      const size_t taken = std::min(room, piece.size());
      append(secure->output, piece.first(taken));
      count += taken;
    }
    secure->is_writing = true;
    asio::async_write(secure->stream, asio::buffer(secure->output),
                      [self = shared_from_this()](const ErrorCodeOf& error, size_t) {
                        self->written_secure(error);
                      });
  }
  secure->wants_more = count < offered;
  return count;
}

void Pipe::State::written_secure(const ErrorCodeOf& error) {
  secure->is_writing = false;
  secure->output.clear();
  if (secure->output.capacity() > kTlsReadBytes) secure->output.shrink_to_fit();
  if (error) return end();
  if (std::exchange(secure->wants_more, false)) {
    if (owner != nullptr) owner->on_writable();
  }
  if (secure->is_finishing && !secure->is_writing) finish_writing();
}

void Pipe::State::finish_writing() {
  ErrorCodeOf ignored;
  if (!secure) {
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    return;
  }
  secure->is_finishing = true;
  if (secure->is_writing) return;
  secure->stream.async_shutdown([self = shared_from_this()](const ErrorCodeOf&) {
    ErrorCodeOf error;
    self->socket.shutdown(tcp::socket::shutdown_send, error);
  });
}

Pipe::Pipe(std::shared_ptr<State> state) : state_(std::move(state)) {}

Pipe::~Pipe() {
  state_->owner = nullptr;
  ErrorCodeOf ignored;
  state_->socket.close(ignored);
}

const std::string& Pipe::address() const { return state_->address; }

void Pipe::start(PipeOwner& owner) {
  state_->owner = &owner;
  state_->start();
}

void Pipe::read() { state_->read(); }

size_t Pipe::write(std::span<const Bytes> pieces) { return state_->write(pieces); }

void Pipe::finish_writing() { state_->finish_writing(); }

}  // namespace tidemark::net
