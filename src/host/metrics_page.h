// What Prometheus reads from /metrics.
#pragma once

#include <string>

#include "host/commit_times.h"
#include "net/server.h"
#include "server/counters.h"

namespace tidemark::host {

std::string metrics_page(const net::ServerCounters& network, const server::Counters& hub,
                         const CommitTimes& commits);

}  // namespace tidemark::host
