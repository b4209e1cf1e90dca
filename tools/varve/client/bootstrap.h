#pragma once

#include <absl/status/statusor.h>

#include <string_view>
#include <vector>

#include "engine/io/net.h"

namespace varve::cli {

inline constexpr uint16_t kDefaultPort = 9092;

// "host:port", "host", "[::1]:9092", or several of them with commas between.
// InvalidArgument names the part that is none.
absl::StatusOr<std::vector<io::Endpoint>> ParseBootstrap(std::string_view text);

}  // namespace varve::cli
