#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace varve::http {

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
};

// "Not Found"; empty for a number that this server never answers with.
std::string_view Reason(int status);

// A response with its status as text.
Response Plain(int status);

// What comes before the body, up to and with the empty line. `now_ms` is the wall clock.
std::string HeadOf(const Response& response, bool keep_alive, int64_t now_ms);

}  // namespace varve::http
