#pragma once

#include <absl/container/btree_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/log/checkpoint.h"
#include "engine/log/segment.h"

namespace varve::log {

// What a clean stop left of one log: enough to serve it again without a look at its files.
struct LogAsLeft {
  int64_t log_start = 0;
  int64_t high_watermark = 0;
  int64_t end = 0;
  std::vector<EpochStart> epochs{};
  std::vector<int64_t> snapshots{};  // offsets of the files
  // There are some, and the snapshot at the end tells of them; no transaction is open. Otherwise no
  // snapshot has anything to tell.
  bool has_producers = false;
  std::vector<Segment::AsLeft> segments{};  // ascending, never empty; the last one is active

  friend bool operator==(const LogAsLeft&, const LogAsLeft&) = default;
};

// All logs of a directory that can be described so, with the ids of their topics. A start after a
// clean stop reads this one file instead of several for each log, and logs open theirs on first
// use. The file is varve's own; Kafka passes over it.
//
// It is bound to the stop that wrote it: by the epoch of the broker, which stands in the marker of
// the clean stop as well and rises whenever a broker starts, be it Kafka's. And it is taken away,
// as the marker is, before anything else changes.
struct Manifest {
  struct Entry {
    Uuid topic_id;
    std::shared_ptr<const LogAsLeft> log;
  };
  int64_t broker_epoch = -1;
  absl::btree_map<TopicPartition, Entry> logs{};
};

// Text: a version; the epoch and the number of logs; a line for each log; the CRC-32C of all that.
std::string FormatManifest(const Manifest& manifest);
// DataLoss for anything else: the logs are then opened one by one.
absl::StatusOr<Manifest> ParseManifest(std::string_view text);

// The content of the marker that a clean stop leaves under an epoch: Kafka's .kafka_cleanshutdown.
std::string CleanMarkerText(int64_t broker_epoch);

// Largest manifest that is read.
inline constexpr uint64_t kManifestBytesMax = uint64_t{1} << 30;

}  // namespace varve::log
