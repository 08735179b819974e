#include "net/http.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <ctime>

namespace tidemark::net {

namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::empty_body>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

HttpRequest request_of(const Parser& parser) {
  HttpRequest request;
  const auto& message = parser.get();
  request.method = text_of(message.method_string());
  request.target = text_of(message.target());
  request.keeps_alive = message.keep_alive();
  request.is_http11 = message.version() >= 11;
  for (const auto& field : message) {
    request.headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
  }
  const auto length = parser.content_length();
  request.has_body = parser.chunked() || (length && *length > 0);
  return request;
}

int status_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::bad_version) return 505;
  return 400;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view HttpRequest::path() const {
  const std::string_view text = target;
  return text.substr(0, text.find('?'));
}

const std::string* HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

size_t HttpRequest::header_count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(headers.begin(), headers.end(), [&](const auto& field) {
    return equal_ignoring_case(field.first, name);
  }));
}

std::vector<std::string_view> HttpRequest::header_items(std::string_view name) const {
  std::vector<std::string_view> items;
  for (const auto& [key, value] : headers) {
    if (!equal_ignoring_case(key, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view item = trimmed(rest.substr(0, comma));
      if (!item.empty()) items.push_back(item);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return items;
}

std::string_view reason_phrase(int status) {
  const boost::beast::string_view text = http::obsolete_reason(static_cast<http::status>(status));
  return {text.data(), text.size()};
}

HttpResponse plain_response(int status, std::string_view text) {
  HttpResponse response{.status = status};
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}};
  response.body = std::string(text) + '\n';
  return response;
}

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  ::gmtime_r(&now, &parts);
  char text[40];
  // The process never leaves the "C" locale.
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string response_head(const HttpResponse& response, bool keeps_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head += reason_phrase(response.status);
  head += "\r\n";
  for (const auto& [name, value] : response.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  const bool is_bodiless = response.status == 304 || response.status < 200;
  if (!is_bodiless) {
    head += "Content-Length: " + std::to_string(response.content().size()) + "\r\n";
  }
  if (response.status != 101) {
    head += keeps_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  }
  return head + "\r\n";
}

// Beast wants unfinished lines again together with what follows, so they are kept here.
struct HttpReader::State {
  size_t max_header_bytes;
  std::optional<Parser> parser;
  Buffer kept;
  size_t parsed = 0;  // bytes of this head that are no longer kept
};

HttpReader::HttpReader(size_t max_header_bytes)
    : state_(new State{max_header_bytes, std::nullopt, {}, 0}) {}

HttpReader::~HttpReader() = default;

bool HttpReader::is_midway() const { return state_->parser.has_value(); }

HttpReader::Step HttpReader::read(Bytes& input) {
  State& state = *state_;
  if (input.empty()) return {};
  if (!state.parser) {
    state.parser.emplace();
    // Beast counts differently when lines come apart, so what is too long is decided here.
    state.parser->header_limit(static_cast<uint32_t>(state.max_header_bytes) + 16);
    state.parser->body_limit(boost::none);
  }
  // One byte above the limit is enough to know; the rest stays in the input.
  const size_t had = state.kept.size();
  const size_t room = state.max_header_bytes + 1 - state.parsed - had;
  const size_t taken = std::min(input.size(), room);
  append(state.kept, input.first(taken));
  boost::system::error_code error;
  const size_t used =
      state.parser->put(boost::asio::const_buffer(state.kept.data(), state.kept.size()), error);
  if (error && error != http::error::need_more) return {std::nullopt, status_of(error)};
  const bool is_done = state.parser->is_header_done();
  const size_t head = state.parsed + (is_done ? used : state.kept.size());
  if (head > state.max_header_bytes) return {std::nullopt, 431};
  if (!is_done) {
    input = input.subspan(taken);
    state.kept.erase(state.kept.begin(), state.kept.begin() + static_cast<std::ptrdiff_t>(used));
    state.parsed += used;
    return {};
  }
  // What the parser did not use belongs to whatever comes next.
  input = input.subspan(used > had ? used - had : 0);
  Step step{request_of(*state.parser), 0};
  state.parser.reset();
  state.kept.clear();
  state.parsed = 0;
  return step;
}

}  // namespace tidemark::net
