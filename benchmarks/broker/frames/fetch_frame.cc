#include "benchmarks/broker/frames/fetch_frame.h"

#include <algorithm>
#include <array>

#include "benchmarks/broker/frames/produce_frames.h"
#include "engine/base/byte_order.h"
#include "engine/base/check.h"
#include "server/wire/fetch.h"
#include "server/wire/message.h"

namespace varve::bench {
namespace {

constexpr int64_t kOffsetMarker = 0x5eed5eed5eed5eed;

}  // namespace

absl::StatusOr<FetchFrame> FetchFrame::Make(const FetchShape& shape, int32_t partition) {
  wire::FetchRequest request;
  request.max_wait_ms = shape.max_wait_ms;
  request.min_bytes = shape.min_bytes;
  request.max_bytes = shape.max_bytes;
  wire::FetchRequest::Topic& topic = request.topics.emplace_back();
  topic.name = shape.topic;
  topic.topic_id = shape.topic_id;
  wire::FetchRequest::Partition& asked = topic.partitions.emplace_back();
  asked.index = partition;
  asked.fetch_offset = kOffsetMarker;
  asked.max_bytes = shape.max_bytes;
  wire::RequestHeader header;
  header.api_version = static_cast<int16_t>(shape.version);
  header.client_id = "varve-bench";
  FetchFrame made;
  RETURN_IF_ERROR(wire::EncodeRequest(header, request, made.frame_));
  std::array<std::byte, sizeof(kOffsetMarker)> marker{};
  StoreBigEndian(marker.data(), kOffsetMarker);
  const auto at = std::search(made.frame_.begin(), made.frame_.end(), marker.begin(), marker.end());
  VARVE_CHECK(at != made.frame_.end(), "a Fetch request has no offset");
  made.offset_at_ = static_cast<size_t>(at - made.frame_.begin());
  return made;
}

Bytes FetchFrame::At(int32_t correlation_id, int64_t offset) {
  StoreBigEndian(frame_.data() + kCorrelationAt, correlation_id);
  StoreBigEndian(frame_.data() + offset_at_, offset);
  return frame_;
}

}  // namespace varve::bench
