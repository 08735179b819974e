// The HTTP side of the server as functions of requests: the page, probes, the list of documents.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "store/document_store.h"

namespace tidemark::host {

// An embedded file, in the encoding that the client prefers; 304 where it has it already. 404 and
// 426 (a place for WebSockets) where there is none.
net::HttpResponse page_response(const net::HttpRequest& request);

// 405, 413 or nothing to object.
std::optional<net::HttpResponse> objection_to(const net::HttpRequest& request);

// {"ready":true}, or 503 with {"ready":false,"reason":"..."}.
net::HttpResponse readiness_response(std::string_view reason);

// {"documents":[{"name":...,"bytes":...,"rows":...,"updated_ms":...}]}; "next" names the last of
// the list if there may be more: ask again with ?after=. "max_name_bytes" is what the page, which
// makes documents, must know of the limits.
net::HttpResponse documents_response(
    const Result<std::vector<store::DocumentStatistics>>& documents, uint64_t max_name_bytes);

net::HttpResponse metrics_response(std::string text);

// The value of a parameter of the query, percent-decoded; empty if it is not there.
std::string query_value(std::string_view target, std::string_view name);

}  // namespace tidemark::host
