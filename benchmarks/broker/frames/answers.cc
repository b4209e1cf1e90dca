#include "benchmarks/broker/frames/answers.h"

#include <algorithm>

#include "server/wire/fetch.h"

namespace varve::bench {
namespace {

using wire::FetchApi;
using Partition = wire::FetchResponse::Partition;

// The fields of a partition before its records, and how many bytes of those follow.
void ReadPartitionHead(wire::Reader& reader, int version, FetchHead& head) {
  Partition partition;
  reader(partition.index, partition.error_code, partition.high_watermark,
         partition.last_stable_offset);
  if (version >= 5) reader(partition.log_start_offset);
  reader(partition.aborted_transactions);
  if (version >= 11) reader(partition.preferred_read_replica);
  head.partition = partition.index;
  head.error = partition.error_code;
  head.high_watermark = partition.high_watermark;
  head.log_start_offset = partition.log_start_offset;
  head.records_bytes = static_cast<size_t>(std::max<int64_t>(ReadCount(reader), 0));
}

}  // namespace

std::optional<FetchHead> ReadFetchHead(Bytes front, int version) {
  wire::Reader reader(front);
  const absl::StatusOr<int32_t> id = wire::ReadResponseHeader(FetchApi::kKey, version, reader);
  if (!id.ok()) return std::nullopt;
  FetchHead head;
  head.correlation_id = *id;
  wire::FetchResponse response;
  reader.Use(version, version >= FetchApi::kFirstFlexible);
  reader(response.throttle_time_ms);
  if (version >= 7) reader(response.error_code, response.session_id);
  const int64_t topics = ReadCount(reader);
  wire::FetchResponse::Topic topic;
  if (topics == 1 && version <= 12) reader(topic.name);
  if (topics == 1 && version >= 13) reader(topic.topic_id);
  const int64_t partitions = topics == 1 ? ReadCount(reader) : 0;
  if (partitions == 1) ReadPartitionHead(reader, version, head);
  if (response.error_code != wire::ErrorCode::kNone) head.error = response.error_code;
  head.records_at = reader.position();
  if (!reader.ok() || topics > 1 || partitions > 1) return std::nullopt;
  return head;
}

}  // namespace varve::bench
