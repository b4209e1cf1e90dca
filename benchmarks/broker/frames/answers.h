#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "server/wire/header.h"
#include "server/wire/produce.h"
#include "server/wire/reader.h"

// Reading answers without making anything of them: no memory is allocated, unless they tell of
// errors.
namespace varve::bench {

// The number of elements that follow; negative for null.
inline int64_t ReadCount(wire::Reader& reader) {
  if (reader.flexible()) return int64_t{reader.Varint()} - 1;
  int32_t count = 0;
  reader(count);
  return count;
}

// Calls `on_partition(index, error)` for each partition of a whole answer to a Produce request, a
// frame without its size. False if it is none.
bool ReadProduceAnswer(Bytes frame, int version, int32_t& correlation_id, auto&& on_partition) {
  using Api = wire::ProduceApi;
  wire::Reader reader(frame);
  const absl::StatusOr<int32_t> id = wire::ReadResponseHeader(Api::kKey, version, reader);
  if (!id.ok()) return false;
  correlation_id = *id;
  reader.Use(version, version >= Api::kFirstFlexible);
  for (int64_t topics = ReadCount(reader); topics > 0 && reader.ok(); --topics) {
    wire::ProduceResponse::Topic topic;
    if (version <= 12) reader(topic.name);
    if (version >= 13) reader(topic.topic_id);
    for (int64_t partitions = ReadCount(reader); partitions > 0 && reader.ok(); --partitions) {
      wire::ProduceResponse::Partition partition;
      reader(partition);
      if (reader.ok()) on_partition(partition.index, partition.error_code);
    }
    reader.SkipTags();
  }
  int32_t throttle_time_ms = 0;
  reader(throttle_time_ms);
  reader.SkipTags();
  return reader.ok();
}

// The front of an answer to a Fetch request that asked for one partition, up to its records.
struct FetchHead {
  int32_t correlation_id = 0;
  wire::ErrorCode error = wire::ErrorCode::kNone;  // of the answer, else of the partition
  int32_t partition = -1;                          // -1: the answer has none
  int64_t high_watermark = -1;
  int64_t log_start_offset = -1;
  size_t records_at = 0;  // in the frame, without its size
  size_t records_bytes = 0;
};

// `front` is the beginning of a frame without its size. Nothing: more is needed, or it is no
// such answer.
std::optional<FetchHead> ReadFetchHead(Bytes front, int version);

}  // namespace varve::bench
