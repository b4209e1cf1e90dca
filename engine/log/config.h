#pragma once

#include <cstdint>
#include <limits>

namespace varve::log {

// What one log is told, in Kafka's units. Immutable; a change swaps the whole of it on the log's
// shard. Names and defaults are those of Kafka's topic properties.
struct Config {
  int64_t segment_bytes = int64_t{1} << 30;
  int64_t segment_ms = int64_t{7} * 24 * 60 * 60 * 1000;
  int64_t segment_jitter_ms = 0;
  int32_t segment_index_bytes = 10 << 20;
  int32_t index_interval_bytes = 4096;
  // Appends are acknowledged when durable once this many records wait for it; 1: always.
  int64_t flush_messages = std::numeric_limits<int64_t>::max();
  // Appended records are made durable at the latest when they are this old; the largest value:
  // never for their age.
  int64_t flush_ms = std::numeric_limits<int64_t>::max();
  // The oldest segments go when they are over these, unless cleanup_delete is off; negative: no
  // limit. See retention.h.
  bool cleanup_delete = true;
  int64_t retention_ms = int64_t{7} * 24 * 60 * 60 * 1000;
  int64_t retention_bytes = -1;
  // How far the timestamps of records may lie from the time when they came.
  int64_t timestamp_before_max_ms = std::numeric_limits<int64_t>::max();
  int64_t timestamp_after_max_ms = int64_t{60} * 60 * 1000;
  // Files of deleted segments stay this long under another name.
  int64_t file_delete_delay_ms = int64_t{60} * 1000;
  // The last record of each key is kept and earlier ones go: see clean/.
  bool cleanup_compact = false;
  double min_cleanable_dirty_ratio = 0.5;
  int64_t min_compaction_lag_ms = 0;
  int64_t max_compaction_lag_ms = std::numeric_limits<int64_t>::max();
  int64_t delete_retention_ms = int64_t{24} * 60 * 60 * 1000;  // of tombstones
  // Batches are stamped with the time of their append.
  bool log_append_time = false;
  // A producer that has written nothing for so long, by the timestamps of its records, is
  // forgotten: what it sends again is not recognised any more. producer.id.expiration.ms.
  int64_t producer_id_expiration_ms = int64_t{24} * 60 * 60 * 1000;
  // Beyond so many producers those that wrote longest ago are forgotten, too; about 300 bytes each.
  int64_t producers_max = 16384;
  // Space is set aside ahead of the data in steps of up to this; 0: never.
  uint64_t allocate_step_bytes = uint64_t{32} << 20;
};

// Positions inside a segment are 32-bit on disk.
inline constexpr int64_t kSegmentBytesMax = std::numeric_limits<int32_t>::max();

}  // namespace varve::log
