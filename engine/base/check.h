#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace varve {

// Prints where, which condition and why to stderr, and aborts. Never returns.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              std::string_view message);

}  // namespace varve

// What only our own bug can break. Stays on in release. Input never reaches one: what a client,
// a disk or a file may do to us is a Status.
//   VARVE_CHECK(durable <= end, "durable {} passed the end {}", durable, end);
#define VARVE_CHECK(condition, ...)                                                        \
  do {                                                                                     \
    if (!(condition)) [[unlikely]] {                                                       \
      ::varve::CheckFailed(__FILE__, __LINE__, #condition, ::fmt::format("" __VA_ARGS__)); \
    }                                                                                      \
  } while (false)
