#include "host/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <cstdio>
#include <limits>
#include <vector>

namespace tidemark::host {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

class Page {
 public:
  void gauge(const char* name, const char* help, uint64_t value) {
    begin(name, help, MetricType::Gauge);
    families_.back().metric.emplace_back().gauge.value = static_cast<double>(value);
  }
  void total(const char* name, const char* help, uint64_t value) {
    begin(name, help, MetricType::Counter);
    families_.back().metric.emplace_back().counter.value = static_cast<double>(value);
  }
  // One more line of the family begun last.
  void labelled(const char* label, std::string_view value, uint64_t count) {
    auto& metric = families_.back().metric.emplace_back();
    metric.label.push_back({label, std::string(value)});
    metric.counter.value = static_cast<double>(count);
  }
  void histogram(const char* name, const char* help, const CommitTimes& times) {
    begin(name, help, MetricType::Histogram);
    auto& histogram = families_.back().metric.emplace_back().histogram;
    uint64_t below = 0;
    for (size_t i = 0; i < times.counts.size(); ++i) {
      below += times.counts[i];
      const bool is_last = i == CommitTimes::kBounds.size();
      histogram.bucket.push_back({.cumulative_count = below,
                                  .upper_bound = is_last ? std::numeric_limits<double>::infinity()
                                                         : CommitTimes::kBounds[i]});
    }
    histogram.sample_count = below;
    histogram.sample_sum = times.sum_seconds;
  }
  void begin(const char* name, const char* help, MetricType type) {
    families_.push_back({.name = name, .help = help, .type = type, .metric = {}});
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

// The second number of statm is the resident set in pages.
uint64_t resident_bytes() {
  unsigned long long total = 0;
  unsigned long long resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  const int count = std::fscanf(file, "%llu %llu", &total, &resident);
  std::fclose(file);
  return count == 2 ? resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

void add_network(Page& page, const net::ServerCounters& c) {
  page.gauge("tidemark_connections", "Sockets that are open.", c.connections);
  page.gauge("tidemark_websockets", "Of these, WebSockets.", c.websockets);
  page.total("tidemark_accepted_total", "Sockets accepted, refused ones included.", c.accepted);
  page.begin("tidemark_refused_connections_total", "Sockets turned away.", MetricType::Counter);
  page.labelled("limit", "max-connections", c.refused_full);
  page.labelled("limit", "max-connections-per-address", c.refused_address);
  page.total("tidemark_accept_failures_total", "Times that accepting failed.", c.accept_failures);
  page.total("tidemark_http_requests_total", "Requests, upgrades included.", c.requests);
  page.total("tidemark_wire_violations_total", "Peers that broke HTTP or WebSocket.", c.violations);
  page.total("tidemark_wire_timeouts_total", "Peers that were silent too long.", c.timeouts);
  page.total("tidemark_queue_overflows_total", "Readers dropped at the last wall.",
             c.queue_overflows);
  page.total("tidemark_read_pauses_total", "Times that a socket was not read to catch up.",
             c.read_pauses);
  page.total("tidemark_socket_writes_total", "Gathered writes.", c.writes);
  page.total("tidemark_socket_read_bytes_total", "Bytes read from sockets.", c.bytes_read);
  page.total("tidemark_socket_written_bytes_total", "Bytes written to sockets.", c.bytes_written);
}

void add_rooms(Page& page, const server::Counters& c) {
  page.gauge("tidemark_rooms", "Documents in memory.", c.rooms);
  page.gauge("tidemark_sessions", "Conversations about a document.", c.sessions);
  page.gauge("tidemark_awareness_states", "Cursors and names that are shown.", c.awareness_states);
  page.gauge("tidemark_queued_bytes", "Bytes that readers have not taken yet.", c.queued_bytes);
  page.total("tidemark_messages_received_total", "Messages from clients.", c.messages_received);
  page.total("tidemark_message_received_bytes_total", "Their bytes.", c.bytes_received);
  page.total("tidemark_frames_sent_total", "Messages to clients.", c.frames_sent);
  page.total("tidemark_frame_sent_bytes_total", "Their bytes.", c.bytes_sent);
  page.begin("tidemark_updates_total", "Document updates from clients.", MetricType::Counter);
  page.labelled("outcome", "received", c.updates_received);
  page.labelled("outcome", "empty", c.updates_empty);
  page.labelled("outcome", "refused", c.updates_refused);
  page.total("tidemark_acknowledgements_total", "Updates told to be durable.", c.acknowledgements);
  page.total("tidemark_awareness_dropped_total", "Awareness frames that slow readers missed.",
             c.awareness_dropped);
  page.total("tidemark_frames_withheld_total", "Document frames that a full queue did not take.",
             c.frames_withheld);
  page.total("tidemark_resyncs_total", "Differences sent in their place.", c.resyncs);
  page.begin("tidemark_closes_total", "Connections that ended; normal: the peer's wish.",
             MetricType::Counter);
  for (size_t i = 0; i < c.closes.size(); ++i) {
    page.labelled("reason", name_of(static_cast<server::CloseReason>(i)), c.closes[i]);
  }
}

void add_store(Page& page, const server::Counters& c) {
  page.gauge("tidemark_storage_healthy", "0 from a failed append until one succeeds.",
             c.is_storage_healthy ? 1 : 0);
  page.total("tidemark_commits_total", "Transactions of the store.", c.commits);
  page.total("tidemark_rows_appended_total", "Updates made durable.", c.rows_appended);
  page.total("tidemark_appended_bytes_total", "Their bytes.", c.bytes_appended);
  page.total("tidemark_append_failures_total", "Transactions that failed.", c.append_failures);
  page.total("tidemark_document_loads_total", "Documents read into memory.", c.loads);
  page.total("tidemark_document_load_failures_total", "Documents that did not load.",
             c.load_failures);
  page.total("tidemark_document_unloads_total", "Documents let go when idle.", c.unloads);
  page.total("tidemark_compactions_total", "Logs merged into snapshots.", c.compactions);
  page.total("tidemark_compaction_failures_total", "Merges that failed.", c.compaction_failures);
}

}  // namespace

std::string metrics_page(const net::ServerCounters& network, const server::Counters& hub,
                         const CommitTimes& commits) {
  Page page;
  add_network(page, network);
  add_rooms(page, hub);
  add_store(page, hub);
  page.histogram("tidemark_commit_seconds",
                 "From the end of a turn to its frames, with the sync to disk.", commits);
  page.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
  return page.text();
}

}  // namespace tidemark::host
