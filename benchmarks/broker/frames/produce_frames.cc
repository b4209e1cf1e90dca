#include "benchmarks/broker/frames/produce_frames.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/byte_order.h"
#include "engine/base/check.h"
#include "server/wire/message.h"
#include "server/wire/produce.h"

namespace varve::bench {
namespace {

constexpr int kVariants = 16;
// Stands for a partition until it is known.
constexpr int32_t kMarker = 0x5eed5eed;

using Batches = std::map<int32_t, Buffer>;

absl::StatusOr<Buffer> EncodeProduce(const ProduceTarget& target, Batches& batches) {
  wire::ProduceRequest request;
  request.acks = target.acks;
  request.timeout_ms = target.timeout_ms;
  wire::ProduceRequest::Topic& topic = request.topics.emplace_back();
  topic.name = target.topic;
  topic.topic_id = target.topic_id;
  for (auto& [partition, batch] : batches) {
    topic.partitions.push_back({partition, wire::RequestRecords{batch}});
  }
  wire::RequestHeader header;
  header.api_version = static_cast<int16_t>(target.version);
  header.client_id = "varve-bench";
  Buffer frame;
  RETURN_IF_ERROR(wire::EncodeRequest(header, request, frame));
  return frame;
}

size_t PositionOf(Bytes part, Bytes whole) {
  const auto at = std::search(whole.begin(), whole.end(), part.begin(), part.end());
  VARVE_CHECK(at != whole.end(), "a part of a frame is not in it");
  return static_cast<size_t>(at - whole.begin());
}

uint32_t RecordsIn(const Batches& batches) {
  int64_t records = 0;
  for (const auto& [partition, batch] : batches) records += record::BatchView(batch).record_count();
  return static_cast<uint32_t>(records);
}

uint64_t BytesIn(const Batches& batches) {
  uint64_t bytes = 0;
  for (const auto& [partition, batch] : batches) bytes += batch.size();
  return bytes;
}

// What stands before a batch, once for each partition, in one piece of memory.
Buffer Fronts(Bytes before, const std::vector<int32_t>& partitions) {
  std::array<std::byte, sizeof(kMarker)> marker{};
  StoreBigEndian(marker.data(), kMarker);
  const size_t marker_at = PositionOf(marker, before);
  Buffer fronts;
  fronts.reserve(before.size() * partitions.size());
  for (const int32_t partition : partitions) {
    const size_t at = fronts.size();
    Append(fronts, before);
    StoreBigEndian(fronts.data() + at + marker_at, partition);
  }
  return fronts;
}

}  // namespace

FrameHead HeadOf(Bytes frame) {
  FrameHead head;
  std::copy_n(frame.begin(), head.size(), head.begin());
  return head;
}

absl::StatusOr<ProduceFrames> ProduceFrames::SameBatch(const ProduceTarget& target,
                                                       const std::vector<int32_t>& partitions,
                                                       Buffer batch) {
  Batches batches;
  batches[kMarker] = std::move(batch);
  ASSIGN_OR_RETURN(const Buffer frame, EncodeProduce(target, batches));
  const uint32_t records = RecordsIn(batches);
  ProduceFrames made;
  const Bytes kept = made.Keep(std::move(batches[kMarker]));
  const size_t batch_at = PositionOf(kept, frame);
  const Bytes behind = Bytes(frame).subspan(batch_at + kept.size());
  const Bytes tail = made.Keep(Buffer(behind.begin(), behind.end()));
  const Bytes before = Bytes(frame).first(batch_at).subspan(kFrameHeadBytes);
  const Bytes fronts = made.Keep(Fronts(before, partitions));
  for (size_t i = 0; i < partitions.size(); ++i) {
    const Bytes front = fronts.subspan(i * before.size(), before.size());
    made.frames_.push_back({HeadOf(frame), {front, kept, tail}, records, kept.size()});
  }
  return made;
}

absl::StatusOr<ProduceFrames> ProduceFrames::Keyed(const ProduceTarget& target,
                                                   const std::vector<int32_t>& partitions,
                                                   int32_t partition_count, const BatchShape& shape,
                                                   int64_t now_ms, io::Random& random) {
  ProduceFrames made;
  for (int i = 0; i < kVariants; ++i) {
    Batches batches = MakeKeyedBatches(shape, partition_count, now_ms, random);
    std::erase_if(batches, [&](const auto& entry) {
      return std::find(partitions.begin(), partitions.end(), entry.first) == partitions.end();
    });
    if (batches.empty()) continue;
    ASSIGN_OR_RETURN(Buffer encoded, EncodeProduce(target, batches));
    const Bytes frame = made.Keep(std::move(encoded));
    made.frames_.push_back(
        {HeadOf(frame), {frame.subspan(kFrameHeadBytes)}, RecordsIn(batches), BytesIn(batches)});
  }
  if (made.frames_.empty()) return absl::InvalidArgumentError("no key falls on any partition");
  return made;
}

}  // namespace varve::bench
