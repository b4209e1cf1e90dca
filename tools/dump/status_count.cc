#include "tools/dump/status_count.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace varve::dump {

void StatusCount::Unreadable(const absl::Status& error) {
  ++unreadable_;
  fmt::print(stderr, "varve-dump: {}\n", std::string(error.message()));
}

}  // namespace varve::dump
