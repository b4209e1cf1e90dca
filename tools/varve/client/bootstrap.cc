#include "tools/varve/client/bootstrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/base/status.h"
#include "tools/text/number.h"

namespace varve::cli {
namespace {

std::optional<io::Endpoint> ParseOne(std::string_view text) {
  io::Endpoint endpoint{"", kDefaultPort};
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    endpoint.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const size_t end = std::min(text.find(':'), text.size());
    endpoint.host = text.substr(0, end);
    rest = text.substr(end);
  }
  if (endpoint.host.empty()) return std::nullopt;
  if (rest.empty()) return endpoint;
  const auto port =
      rest.front() == ':' ? text::ParseNumber<uint16_t>(rest.substr(1)) : std::nullopt;
  if (!port || *port == 0) return std::nullopt;
  endpoint.port = *port;
  return endpoint;
}

std::string_view WithoutBlanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

absl::StatusOr<std::vector<io::Endpoint>> ParseBootstrap(std::string_view text) {
  std::vector<io::Endpoint> endpoints;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = WithoutBlanks(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (part.empty()) continue;
    const auto endpoint = ParseOne(part);
    if (!endpoint) {
      return absl::InvalidArgumentError(
          fmt::format("\"{}\" is no address of a broker: give HOST:PORT", part));
    }
    endpoints.push_back(*endpoint);
  }
  if (endpoints.empty()) return absl::InvalidArgumentError("no address of a broker is given");
  return endpoints;
}

}  // namespace varve::cli
