// Puts load on a sync server and measures what arrives: WRITERS + READERS sockets in one room. The
// writers type RATE updates a second together, or with a RATE of 0 as many as the server takes
// while at most WINDOW of them have not reached everybody. Each update carries who sent it and
// when, and every client looks for such marks in what it gets, so that a server may merge updates
// as it likes. In the end every client builds its document from what it got. Prints one JSON
// object and stays connected until its standard input ends, so that somebody else can look at the
// room; fails unless all documents are the same.
//
//   bench_load PORT y|hocuspocus WRITERS READERS RATE WINDOW SECONDS ROOM
//
// mark := 'T' sender (3 hex digits) nanoseconds (13 hex digits)
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/decoder.h"
#include "base/encoder.h"
#include "crdt/doc.h"

namespace tidemark::bench {
namespace {

constexpr size_t kMarkBytes = 17;
// How long the last updates may take to arrive.
constexpr uint64_t kDrainNs = 20'000'000'000;

uint64_t now_ns() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

struct Options {
  uint16_t port;
  bool is_hocuspocus;
  unsigned writers;
  unsigned readers;
  double rate;
  uint64_t window;
  double seconds;
  std::string room;
  unsigned clients() const { return writers + readers; }
};

// Counts by magnitude: 16 buckets for each power of two of microseconds.
class Histogram {
 public:
  void add(uint64_t ns) {
    ++counts_[bucket_of(ns / 1000)];
    ++total_;
  }
  double percentile_ms(double part) const {
    auto left = static_cast<uint64_t>(part * static_cast<double>(total_));
    for (size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return value_of(i) / 1000;
      left -= counts_[i];
    }
    return 0;
  }
  uint64_t total() const { return total_; }

 private:
  static size_t bucket_of(uint64_t us) {
    if (us < 16) return us;
    const auto exponent = static_cast<size_t>(std::bit_width(us)) - 5;
    return std::min<size_t>(exponent * 16 + (us >> exponent), 511);
  }
  static double value_of(size_t bucket) {
    if (bucket < 32) return static_cast<double>(bucket);
    const size_t exponent = bucket / 16 - 1;
    return static_cast<double>((bucket % 16 + 16) << exponent);
  }
  std::array<uint64_t, 512> counts_{};
  uint64_t total_ = 0;
};

struct Client {
  int socket = -1;
  unsigned number = 0;
  bool is_open = false;    // the upgrade has been answered
  bool is_synced = false;  // something came after it
  uint64_t clock = 0;
  std::string in;
  std::string out;
  Encoder updates;                    // all it has sent and got, as varbytes
  std::vector<uint64_t> latest_mark;  // by writer
};

void write_mark(char* to, unsigned sender, uint64_t ns) {
  constexpr char kDigits[] = "0123456789abcdef";
  *to++ = 'T';
  for (int shift = 8; shift >= 0; shift -= 4) *to++ = kDigits[sender >> shift & 15];
  for (int shift = 48; shift >= 0; shift -= 4) *to++ = kDigits[ns >> shift & 15];
}

uint32_t fnv1a(std::string_view text) {
  uint32_t hash = 2166136261;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619;
  return hash;
}

std::string text_of(const Client& client) {
  crdt::Doc doc;
  Decoder in(client.updates.bytes());
  while (!in.at_end()) TM_ASSERT(doc.apply_update(in.read_varbytes()).has_value());
  return doc.text("t").to_string();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

class Load {
 public:
  explicit Load(Options options)
      : options_(std::move(options)), run_(now_ns()), clients_(options_.clients()) {
    epoll_ = epoll_create1(0);
    TM_ASSERT(epoll_ >= 0);
  }

  int run() {
    connect_all();
    const double cpu_before = cpu_seconds();
    const uint64_t start = now_ns();
    const uint64_t end = start + static_cast<uint64_t>(options_.seconds * 1e9);
    for (uint64_t now = start; now < end; now = now_ns()) {
      while (is_due(now - start)) {
        type(clients_[sent_ % options_.writers]);
        ++sent_;
      }
      poll(1);
    }
    const uint64_t in_time = latencies_.total();
    const uint64_t drain = now_ns() + kDrainNs;
    while (now_ns() < drain && latencies_.total() < wanted()) poll(10);
    return report(in_time, cpu_seconds() - cpu_before);
  }

 private:
  uint64_t wanted() const { return sent_ * (options_.clients() - 1); }

  bool is_due(uint64_t passed_ns) const {
    if (options_.rate > 0) {
      return static_cast<double>(sent_) < static_cast<double>(passed_ns) / 1e9 * options_.rate;
    }
    return wanted() - latencies_.total() < options_.window * (options_.clients() - 1);
  }

  // 0 if everybody got everything.
  int report(uint64_t in_time, double cpu_s) const {
    const std::string text = text_of(clients_.front());
    // Readers mostly get the same bytes; whose bytes are those of the one before has its text.
    bool has_converged = text.size() == sent_ * kMarkBytes;
    for (size_t i = 1; i < clients_.size() && has_converged; ++i) {
      const bool is_same = equal(clients_[i].updates.bytes(), clients_[i - 1].updates.bytes());
      has_converged = is_same || text_of(clients_[i]) == text;
    }
    std::printf(
        "{\"sent\": %llu, \"delivered\": %llu, \"wanted\": %llu, \"per_second\": %.0f, "
        "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"load_cpu_s\": %.3f, \"closed\": %u, "
        "\"text_bytes\": %zu, \"text_hash\": %u, \"converged\": %s}\n",
        static_cast<unsigned long long>(sent_), static_cast<unsigned long long>(latencies_.total()),
        static_cast<unsigned long long>(wanted()), static_cast<double>(in_time) / options_.seconds,
        latencies_.percentile_ms(0.5), latencies_.percentile_ms(0.99), cpu_s, closed_, text.size(),
        fnv1a(text), has_converged ? "true" : "false");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return has_converged ? 0 : 1;
  }

  void connect_all() {
    for (unsigned i = 0; i < options_.clients(); ++i) connect(i);
    const uint64_t deadline = now_ns() + 20'000'000'000;
    const auto is_synced = [](const Client& client) { return client.is_synced; };
    while (!std::all_of(clients_.begin(), clients_.end(), is_synced)) {
      if (now_ns() > deadline) {
        std::fprintf(stderr, "not every client was answered within 20 s\n");
        std::exit(1);
      }
      poll(10);
    }
  }

  void connect(unsigned number) {
    Client& client = clients_[number];
    client.number = number;
    client.latest_mark.resize(options_.writers);
    client.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(client.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int on = 1;
    setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u32 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket, &event);
    const std::string path = options_.is_hocuspocus ? "/hocuspocus" : "/yjs/" + options_.room;
    client.out = "GET " + path +
                 " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  // A binary frame whose mask is zero.
  void send_frame(Client& client, uint8_t opcode, Bytes payload) {
    client.out.push_back(static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
      client.out.push_back(static_cast<char>(0x80 | payload.size()));
    } else {
      client.out.push_back(static_cast<char>(0x80 | 126));
      client.out.push_back(static_cast<char>(payload.size() >> 8));
      client.out.push_back(static_cast<char>(payload.size()));
    }
    client.out.append(4, '\0');
    client.out.append(as_text(payload));
  }

  Encoder frame() const {
    Encoder to;
    if (options_.is_hocuspocus) to.write_varstring(options_.room);
    return to;
  }

  void greet(Client& client) {
    if (options_.is_hocuspocus) {
      Encoder token = frame();
      token.write_varuint(2);
      token.write_varuint(0);
      token.write_varstring("bench");
      send_frame(client, 2, token.bytes());
    }
    Encoder step = frame();
    step.write_varuint(0);
    step.write_varuint(0);
    step.write_varbytes(Bytes(reinterpret_cast<const uint8_t*>("\0"), 1));
    send_frame(client, 2, step.bytes());
  }

  // One more mark at the end of what this client has written so far.
  void type(Client& client) {
    std::array<char, kMarkBytes> mark;
    write_mark(mark.data(), client.number, now_ns() & 0xfffffffffffff);
    const uint64_t id = (run_ & 0x3fffffff) << 10 | client.number;
    Encoder update;
    update.write_varuint(1);
    update.write_varuint(1);
    update.write_varuint(id);
    update.write_varuint(client.clock);
    if (client.clock == 0) {
      update.write_byte(0x04);
      update.write_varuint(1);
      update.write_varstring("t");
    } else {
      update.write_byte(0x84);
      update.write_varuint(id);
      update.write_varuint(client.clock - 1);
    }
    update.write_varstring({mark.data(), mark.size()});
    update.write_varuint(0);
    client.clock += kMarkBytes;
    client.updates.write_varbytes(update.bytes());
    Encoder message = frame();
    message.write_varuint(0);
    message.write_varuint(2);
    message.write_varbytes(update.bytes());
    send_frame(client, 2, message.bytes());
    flush(client);
  }

  void flush(Client& client) {
    while (!client.out.empty()) {
      const ssize_t count = write(client.socket, client.out.data(), client.out.size());
      if (count <= 0) return;
      client.out.erase(0, static_cast<size_t>(count));
    }
  }

  void poll(int timeout_ms) {
    std::array<epoll_event, 256> events;
    const int count = epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
    for (int i = 0; i < count; ++i) {
      Client& client = clients_[events[static_cast<size_t>(i)].data.u32];
      flush(client);
      receive(client);
    }
  }

  void receive(Client& client) {
    while (client.socket >= 0) {
      const ssize_t count = read(client.socket, chunk_.data(), chunk_.size());
      if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
      if (count <= 0) {
        close(client.socket);
        client.socket = -1;
        ++closed_;
        return;
      }
      client.in.append(chunk_.data(), static_cast<size_t>(count));
      consume(client);
    }
  }

  void consume(Client& client) {
    if (!client.is_open) {
      const size_t end = client.in.find("\r\n\r\n");
      if (end == std::string::npos) return;
      if (client.in.compare(9, 3, "101") != 0) {
        std::fprintf(stderr, "no upgrade: %s\n", client.in.substr(0, end).c_str());
        std::exit(1);
      }
      client.in.erase(0, end + 4);
      client.is_open = true;
      greet(client);
      flush(client);
    }
    size_t at = 0;
    while (const size_t size = next_frame(client, std::string_view(client.in).substr(at))) {
      at += size;
    }
    client.in.erase(0, at);
  }

  // The bytes of the first frame, 0 if it is not whole yet.
  size_t next_frame(Client& client, std::string_view in) {
    if (in.size() < 2) return 0;
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(in[i]); };
    size_t header = 2;
    uint64_t size = byte(1) & 127;
    if (size >= 126) {
      const size_t wide = size == 126 ? 2 : 8;
      if (in.size() < 2 + wide) return 0;
      size = 0;
      for (size_t i = 0; i < wide; ++i) size = size << 8 | byte(2 + i);
      header += wide;
    }
    if (in.size() < header + size) return 0;
    const std::string_view payload = in.substr(header, size);
    if ((byte(0) & 15) == 9) {
      send_frame(client, 10, as_bytes(payload));
      flush(client);
    } else {
      client.is_synced = true;
      read_message(client, as_bytes(payload));
    }
    return header + size;
  }

  void read_message(Client& client, Bytes message) {
    Decoder in(message);
    if (options_.is_hocuspocus) in.read_varstring();
    const uint64_t kind = in.read_varuint();
    constexpr uint64_t kSync = 0;
    constexpr uint64_t kSyncReply = 4;
    if (kind != kSync && (kind != kSyncReply || !options_.is_hocuspocus)) return;
    const uint64_t step = in.read_varuint();
    const Bytes payload = in.read_varbytes();
    if (!in.ok() || step == 0) return;
    client.updates.write_varbytes(payload);
    scan(client, as_text(payload));
  }

  void scan(Client& client, std::string_view payload) {
    const uint64_t now = now_ns() & 0xfffffffffffff;
    for (size_t at = payload.find('T');
         at != std::string_view::npos && at + kMarkBytes <= payload.size();
         at = payload.find('T', at)) {
      uint64_t value = 0;
      bool is_mark = true;
      for (size_t i = 1; i < kMarkBytes && is_mark; ++i) {
        const int digit = hex_digit(payload[at + i]);
        is_mark = digit >= 0;
        value = value << 4 | static_cast<uint64_t>(digit & 15);
      }
      if (!is_mark) {
        ++at;
        continue;
      }
      at += kMarkBytes;
      const uint64_t writer = value >> 52;
      const uint64_t sent_at = value & 0xfffffffffffff;
      // What comes twice, in a difference or as an echo, counts once.
      if (writer == client.number || sent_at <= client.latest_mark.at(writer)) continue;
      client.latest_mark[writer] = sent_at;
      latencies_.add((now - sent_at) & 0xfffffffffffff);
    }
  }

  Options options_;
  uint64_t run_;
  std::vector<Client> clients_;
  std::array<char, 1 << 16> chunk_;
  Histogram latencies_;
  uint64_t sent_ = 0;
  int epoll_ = -1;
  unsigned closed_ = 0;
};

}  // namespace
}  // namespace tidemark::bench

int main(int argc, char** argv) {
  if (argc != 9) {
    std::fprintf(stderr,
                 "usage: bench_load PORT y|hocuspocus WRITERS READERS RATE WINDOW SECONDS ROOM\n");
    return 2;
  }
  const auto count = [&](int at) { return static_cast<unsigned>(std::atoi(argv[at])); };
  tidemark::bench::Load load({.port = static_cast<uint16_t>(count(1)),
                              .is_hocuspocus = std::string_view(argv[2]) == "hocuspocus",
                              .writers = count(3),
                              .readers = count(4),
                              .rate = std::atof(argv[5]),
                              .window = count(6),
                              .seconds = std::atof(argv[7]),
                              .room = argv[8]});
  return load.run();
}
