#include "server/broker/produce_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/record/compression.h"
#include "engine/record/record.h"
#include "server/broker/errors.h"

namespace varve::broker {
namespace {

using record::BatchView;
using record::Codec;
using wire::ErrorCode;

constexpr int kFirstVersionWithZstd = 7;
constexpr size_t kPlainBytesMin = 16 << 20;

size_t PlainBytesMax(size_t batch_bytes) {
  return std::max(kPlainBytesMin, batch_bytes * record::kExpansionMax);
}

BatchVerdict CheckTime(BatchView batch, const config::TopicConfig& topic, int64_t now_ms) {
  if (batch.timestamp_type() == record::TimestampType::kLogAppendTime) {
    return {ErrorCode::kInvalidTimestamp, "only a broker may set the log-append-time bit", {}};
  }
  const bool stamped_here = topic.timestamp_type == config::TimestampType::kLogAppendTime;
  const int64_t time = batch.max_timestamp();
  if (stamped_here || time == record::kNoTimestamp) return {};
  const bool early = topic.timestamp_before_max_ms != config::kNoLimit &&
                     now_ms - time > topic.timestamp_before_max_ms;
  const bool late = topic.timestamp_after_max_ms != config::kNoLimit &&
                    time - now_ms > topic.timestamp_after_max_ms;
  if (!early && !late) return {};
  return {ErrorCode::kInvalidTimestamp,
          fmt::format("timestamp {} is out of range: now is {}, {} is {}", time, now_ms,
                      early ? "message.timestamp.before.max.ms" : "message.timestamp.after.max.ms",
                      early ? topic.timestamp_before_max_ms : topic.timestamp_after_max_ms),
          {}};
}

BatchVerdict CheckInside(BatchView batch, const config::TopicConfig& topic) {
  if (batch.is_compressed() && !topic.cleanup_compact) return {};
  record::RecordLimits limits{.decompressed_bytes_max = PlainBytesMax(batch.bytes().size())};
  limits.key_required = topic.cleanup_compact;
  record::RecordsCheck check = record::CheckRecords(batch, limits);
  return {OfFault(check.fault), std::move(check.message), std::move(check.bad_records)};
}

std::optional<Codec> CodecOf(config::Compression compression) {
  switch (compression) {
    case config::Compression::kProducer:
      return std::nullopt;
    case config::Compression::kUncompressed:
      return Codec::kNone;
    case config::Compression::kGzip:
      return Codec::kGzip;
    case config::Compression::kSnappy:
      return Codec::kSnappy;
    case config::Compression::kLz4:
      return Codec::kLz4;
    case config::Compression::kZstd:
      return Codec::kZstd;
  }
  return std::nullopt;
}

std::optional<int> LevelOf(Codec codec, const config::TopicConfig& topic) {
  switch (codec) {
    case Codec::kGzip:
      return topic.gzip_level;
    case Codec::kLz4:
      return topic.lz4_level;
    case Codec::kZstd:
      return topic.zstd_level;
    case Codec::kNone:
    case Codec::kSnappy:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

BatchVerdict CheckSize(Bytes batch, const config::TopicConfig& topic) {
  if (batch.size() <= static_cast<size_t>(topic.max_message_bytes)) return {};
  return {ErrorCode::kMessageTooLarge,
          fmt::format("a batch of {} bytes; max.message.bytes is {}", batch.size(),
                      topic.max_message_bytes),
          {}};
}

bool LooksInside(Bytes batch, const config::TopicConfig& topic) {
  return topic.cleanup_compact && batch.size() >= record::kHeaderBytes &&
         BatchView(batch).is_compressed();
}

BatchVerdict CheckForTopic(Bytes bytes, const config::TopicConfig& topic,
                           const ProduceFacts& facts) {
  BatchVerdict size = CheckSize(bytes, topic);
  if (!size.ok()) return size;
  record::BatchCheck header = record::CheckProducedBatch(bytes);
  if (!header.ok()) return {OfFault(header.fault), std::move(header.message), {}};
  const BatchView batch(bytes);
  if (batch.codec() == Codec::kZstd && facts.version < kFirstVersionWithZstd) {
    return {ErrorCode::kUnsupportedCompressionType, "zstd needs Produce version 7", {}};
  }
  BatchVerdict time = CheckTime(batch, topic, facts.now_ms);
  if (!time.ok()) return time;
  return CheckInside(batch, topic);
}

bool NeedsRecompression(Bytes bytes, const config::TopicConfig& topic) {
  const std::optional<Codec> wanted = CodecOf(topic.compression);
  return wanted && *wanted != BatchView(bytes).codec();
}

absl::StatusOr<Buffer> Recompress(Bytes bytes, const config::TopicConfig& topic) {
  const BatchView batch(bytes);
  const Codec codec = *CodecOf(topic.compression);
  ASSIGN_OR_RETURN(const auto plain,
                   record::PlainRecords::Open(batch, PlainBytesMax(bytes.size())));
  Buffer packed;
  if (codec == Codec::kNone) {
    Append(packed, plain.bytes());
  } else {
    ASSIGN_OR_RETURN(packed, record::Compress(codec, plain.bytes(), LevelOf(codec, topic)));
  }
  record::BatchHeader header = *reinterpret_cast<const record::BatchHeader*>(bytes.data());
  header.attributes = static_cast<int16_t>((batch.attributes() & ~record::kCodecBits) |
                                           static_cast<int16_t>(codec));
  header.length = static_cast<int32_t>(record::kLengthMin + packed.size());
  Buffer result;
  result.reserve(sizeof(header) + packed.size());
  Append(result, Bytes(reinterpret_cast<const std::byte*>(&header), sizeof(header)));
  Append(result, packed);
  StoreBigEndian(result.data() + offsetof(record::BatchHeader, crc),
                 BatchView(result).ComputeCrc());
  return result;
}

}  // namespace varve::broker
