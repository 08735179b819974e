#include "host/site.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <optional>

#include "host/assets.h"
#include "net/websocket_handshake.h"

namespace tidemark::host {

namespace {

using net::HttpRequest;
using net::HttpResponse;
using Json = rapidjson::Writer<rapidjson::StringBuffer>;

// As many documents as a list has at most; a full list may go on.
constexpr size_t kPage = 1000;

// The page loads from this server and from nowhere else, and stands in nobody's frame. Editors
// place cursors with inline styles.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

void add_security(HttpResponse& response) {
  response.headers.emplace_back("Content-Security-Policy", kContentPolicy);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

HttpResponse json_response(int status, const rapidjson::StringBuffer& text) {
  HttpResponse response{.status = status};
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  add_security(response);
  response.body.assign(text.GetString(), text.GetSize());
  response.body.push_back('\n');
  return response;
}

void put(Json& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

// "gzip" and "gzip;q=0.5" accept it, "gzip;q=0" does not.
bool accepts(const HttpRequest& request, std::string_view encoding) {
  const auto items = request.header_items("Accept-Encoding");
  return std::any_of(items.begin(), items.end(), [&](std::string_view item) {
    const size_t end = std::min(item.find(';'), item.size());
    const std::string_view parameters = item.substr(end);
    const bool is_refused =
        parameters.ends_with("q=0") || parameters.find("q=0.0") != std::string_view::npos;
    return net::equal_ignoring_case(item.substr(0, item.find_first_of("; ")), encoding) &&
           !is_refused;
  });
}

bool has_current(const HttpRequest& request, std::string_view etag) {
  const auto items = request.header_items("If-None-Match");
  return std::any_of(items.begin(), items.end(), [&](std::string_view item) {
    if (item.starts_with("W/")) item.remove_prefix(2);
    return item == "*" || item == etag;
  });
}

bool is_websocket_place(std::string_view path) {
  return path == "/hocuspocus" || path == "/hocuspocus/" || path.starts_with("/yjs/");
}

HttpResponse asset_response(const HttpRequest& request, const Asset& asset) {
  HttpResponse response;
  response.headers = {
      {"Content-Type", std::string(asset.content_type)},
      {"ETag", std::string(asset.etag)},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control", asset.is_immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  add_security(response);
  if (has_current(request, asset.etag)) {
    response.status = 304;
    return response;
  }
  response.static_body = asset.plain;
  if (!asset.brotli.empty() && accepts(request, "br")) {
    response.headers.emplace_back("Content-Encoding", "br");
    response.static_body = asset.brotli;
  } else if (!asset.gzip.empty() && accepts(request, "gzip")) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.static_body = asset.gzip;
  }
  return response;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool has_two = text[i] == '%' && i + 2 < text.size();
    const int high = has_two ? hex_digit(text[i + 1]) : -1;
    const int low = has_two ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

}  // namespace

HttpResponse page_response(const HttpRequest& request) {
  if (const Asset* asset = find_asset(request.path())) return asset_response(request, *asset);
  if (is_websocket_place(request.path())) return net::upgrade_required();
  HttpResponse response = net::plain_response(404, "There is nothing here.");
  add_security(response);
  return response;
}

std::optional<HttpResponse> objection_to(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = net::plain_response(405, "Only GET and HEAD are answered here.");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (request.has_body) return net::plain_response(413, "Requests have no body here.");
  return std::nullopt;
}

HttpResponse readiness_response(std::string_view reason) {
  rapidjson::StringBuffer text;
  Json json(text);
  json.StartObject();
  json.Key("ready");
  json.Bool(reason.empty());
  if (!reason.empty()) {
    json.Key("reason");
    put(json, reason);
  }
  json.EndObject();
  return json_response(reason.empty() ? 200 : 503, text);
}

HttpResponse documents_response(const Result<std::vector<store::DocumentStatistics>>& documents,
                                uint64_t max_name_bytes) {
  rapidjson::StringBuffer text;
  Json json(text);
  json.StartObject();
  if (!documents) {
    json.Key("error");
    put(json, documents.error().detail);
    json.EndObject();
    return json_response(503, text);
  }
  json.Key("documents");
  json.StartArray();
  for (const store::DocumentStatistics& document : *documents) {
    json.StartObject();
    json.Key("name");
    put(json, document.name);
    json.Key("bytes");
    json.Uint64(document.snapshot_bytes + document.tail_bytes);
    json.Key("rows");
    json.Uint64(document.log_rows);
    json.Key("updated_ms");
    json.Int64(document.updated_ms);
    json.EndObject();
  }
  json.EndArray();
  if (documents->size() >= kPage) {
    json.Key("next");
    put(json, documents->back().name);
  }
  json.Key("max_name_bytes");
  json.Uint64(max_name_bytes);
  json.EndObject();
  return json_response(200, text);
}

HttpResponse metrics_response(std::string text) {
  HttpResponse response;
  response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                      {"Cache-Control", "no-store"}};
  response.body = std::move(text);
  return response;
}

std::string query_value(std::string_view target, std::string_view name) {
  const size_t mark = target.find('?');
  std::string_view rest =
      mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != name) continue;
    return percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
  }
  return {};
}

}  // namespace tidemark::host
