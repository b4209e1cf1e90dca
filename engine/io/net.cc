#include "engine/io/net.h"

#include <fmt/format.h>

namespace varve::io {

std::string Endpoint::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace varve::io
