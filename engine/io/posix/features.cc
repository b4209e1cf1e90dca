#include <fmt/format.h>

#include <array>
#include <charconv>

#include "engine/io/backend.h"

namespace varve::io {
namespace {

struct Feature {
  std::string_view name;
  bool Features::* member;
  int since;  // major * 1000 + minor
};

constexpr std::array kFeatures = {
    Feature{"uring", &Features::uring, 5'011},
    Feature{"single_issuer", &Features::single_issuer, 6'000},
    Feature{"defer_taskrun", &Features::defer_taskrun, 6'001},
    Feature{"buffer_rings", &Features::buffer_rings, 5'019},
    Feature{"cachestat", &Features::cachestat, 6'005},
    Feature{"dont_cache", &Features::dont_cache, 6'014},
};

// "6.1" as 6001; 0 if it is no version.
int ParseVersion(std::string_view text) {
  int major = 0;
  int minor = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return 0;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  if (second.ec != std::errc() || second.ptr != end) return 0;
  if (major < 1 || major > 999 || minor < 0 || minor > 999) return 0;
  return major * 1000 + minor;
}

absl::Status LeaveOut(Features& features, std::string_view name) {
  if (name.starts_with('-')) {
    for (const Feature& feature : kFeatures) {
      if (feature.name != name.substr(1)) continue;
      features.*feature.member = false;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      fmt::format("'{}' is neither \"all\", nor a kernel version, nor -<feature>", name));
}

}  // namespace

absl::StatusOr<Features> Features::Parse(std::string_view text) {
  Features features;
  if (text == "all") return features;
  if (const int version = ParseVersion(text); version > 0) {
    for (const Feature& feature : kFeatures) features.*feature.member = version >= feature.since;
    return features;
  }
  for (;;) {
    const size_t comma = text.find(',');
    if (absl::Status status = LeaveOut(features, text.substr(0, comma)); !status.ok()) {
      return status;
    }
    if (comma == std::string_view::npos) return features;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace varve::io
