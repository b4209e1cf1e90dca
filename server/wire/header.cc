#include "server/wire/header.h"

#include <fmt/format.h>

#include <limits>
#include <optional>

#include "engine/base/byte_order.h"

namespace varve::wire {

absl::StatusOr<RequestHeader> ReadRequestHeader(Reader& reader) {
  RequestHeader header;
  std::optional<std::string_view> client_id;
  // The client id keeps its 16-bit length in flexible versions too.
  reader.Use(/*version=*/1, /*flexible=*/false);
  reader(header.api_key, header.api_version, header.correlation_id, client_id);
  header.client_id = client_id.value_or("");
  reader.Use(header.api_version, IsFlexible(header.api_key, header.api_version));
  reader.SkipTags();
  if (!reader.ok()) return reader.status();
  return header;
}

void WriteRequestHeader(const RequestHeader& header, Writer& writer) {
  writer.Use(/*version=*/1, /*flexible=*/false);
  writer(header.api_key, header.api_version, header.correlation_id, header.client_id);
  writer.Use(header.api_version, IsFlexible(header.api_key, header.api_version));
  writer.EndTags();
}

absl::StatusOr<int32_t> ReadResponseHeader(ApiKey key, int version, Reader& reader) {
  int32_t correlation_id = 0;
  reader.Use(version, IsFlexible(key, version));
  reader(correlation_id);
  if (key != ApiKey::kApiVersions) reader.SkipTags();
  if (!reader.ok()) return reader.status();
  return correlation_id;
}

void WriteResponseHeader(ApiKey key, int version, int32_t correlation_id, Writer& writer) {
  writer.Use(version, IsFlexible(key, version));
  writer(correlation_id);
  if (key != ApiKey::kApiVersions) writer.EndTags();
}

size_t BeginFrame(Buffer& out) {
  const size_t start = out.size();
  out.resize(start + kFrameSizeBytes);
  return start;
}

absl::Status FinishFrame(Buffer& out, size_t frame_start, uint64_t splice_bytes) {
  const uint64_t size = out.size() - frame_start - kFrameSizeBytes + splice_bytes;
  if (size > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
    return absl::InvalidArgumentError(fmt::format("a frame of {} bytes is too large", size));
  }
  StoreBigEndian(out.data() + frame_start, static_cast<int32_t>(size));
  return absl::OkStatus();
}

}  // namespace varve::wire
