#pragma once

#include <cstddef>
#include <string_view>

namespace varve::http {

// The head of a request, as far as this server has a use for it. Views of what was parsed.
struct Request {
  std::string_view method{};
  std::string_view path{};  // without the query, not decoded; "*" of a server as a whole
  bool keep_alive = false;
  bool has_body = false;  // that follows, or may follow
  size_t head_bytes = 0;  // up to and with the empty line
};

// What begins a connection's bytes.
struct Parsed {
  enum class State {
    kIncomplete,   // more bytes are needed
    kOk,           // `request` is set
    kBad,          // no HTTP, or not as it has to be
    kTooLarge,     // a head of more than kHeadBytesMax
    kOtherVersion  // neither 1.0 nor 1.1
  };
  State state = State::kIncomplete;
  Request request{};
};

inline constexpr size_t kHeadBytesMax = 8192;

// Reads the head of an HTTP/1.x request (RFC 9112) off the front of `bytes`. Strict where leniency
// would be a guess: lines end with CRLF, header lines are not folded, HTTP/1.1 names one host.
// What cannot become a request is told at once, not when the head is whole.
Parsed ParseRequest(std::string_view bytes);

}  // namespace varve::http
