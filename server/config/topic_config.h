#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "server/config/broker_config.h"
#include "server/config/property.h"

namespace varve::config {

// What a topic set for itself, by property name.
using TopicOverrides = Overrides;

enum class Compression : int8_t { kProducer, kUncompressed, kGzip, kSnappy, kLz4, kZstd };
enum class TimestampType : int8_t { kCreateTime, kLogAppendTime };

// No limit, where a limit is a number of ms or messages.
inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// A topic's configuration, resolved. The defaults are those of the table.
struct TopicConfig {
  bool cleanup_delete = true;
  bool cleanup_compact = false;
  int64_t retention_ms = 604'800'000;  // -1: no limit
  int64_t retention_bytes = -1;        // negative: no limit
  int64_t delete_retention_ms = 86'400'000;
  int64_t file_delete_delay_ms = 60'000;

  int32_t segment_bytes = 1 << 30;
  int64_t segment_ms = 604'800'000;
  int64_t segment_jitter_ms = 0;
  int32_t segment_index_bytes = 10 << 20;
  int32_t index_interval_bytes = 4096;
  bool preallocate = false;

  int64_t flush_messages = kNoLimit;
  int64_t flush_ms = kNoLimit;

  int32_t max_message_bytes = 1'048'588;
  Compression compression = Compression::kProducer;
  int32_t gzip_level = -1;
  int32_t lz4_level = 9;
  int32_t zstd_level = 3;
  TimestampType timestamp_type = TimestampType::kCreateTime;
  int64_t timestamp_before_max_ms = kNoLimit;
  int64_t timestamp_after_max_ms = 3'600'000;

  int32_t min_insync_replicas = 1;
  bool unclean_leader_election = false;

  int64_t min_compaction_lag_ms = 0;
  int64_t max_compaction_lag_ms = kNoLimit;
  double min_cleanable_dirty_ratio = 0.5;

  // The broker's for all topics: no property of theirs.
  int64_t producer_id_expiration_ms = 86'400'000;

  friend bool operator==(const TopicConfig&, const TopicConfig&) = default;
};

// Whether a topic may be created with `overrides`, or changed to them from `stored`: what it has
// already is not looked at again, for an older Kafka may have permitted it.
// InvalidArgument, naming key, value and what is permitted; an unknown key is one too.
absl::Status ValidateTopicConfig(const TopicOverrides& overrides, const BrokerConfig& broker,
                                 const TopicOverrides& stored = {});

// Overrides over the broker's values over the defaults. Overrides were validated when they were
// set, maybe by an older Kafka with wider ranges: those are taken. What no version permits is
// passed over, and named in `rejected` if that is given.
TopicConfig ResolveTopicConfig(const TopicOverrides& overrides, const BrokerConfig& broker,
                               std::vector<std::string>* rejected = nullptr);

}  // namespace varve::config
