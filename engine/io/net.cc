#include "engine/io/net.h"

#include <fmt/format.h>

#include "engine/base/status.h"

namespace varve::io {

std::string Endpoint::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Task<absl::Status> Stream::SendAround(Bytes before, const FileRange& range, Bytes after,
                                      bool more) {
  const bool follows = more || !after.empty();
  if (!before.empty()) {
    const Bytes pieces[] = {before};
    CO_RETURN_IF_ERROR(co_await Write(pieces, follows || range.size > 0));
  }
  if (range.size > 0) CO_RETURN_IF_ERROR(co_await SendFile(range, follows));
  if (after.empty()) co_return absl::OkStatus();
  const Bytes pieces[] = {after};
  co_return co_await Write(pieces, more);
}

}  // namespace varve::io
