#pragma once

#include <absl/container/btree_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/uuid.h"
#include "engine/io/disk.h"
#include "engine/io/task.h"

// Kafka's small text files: a version, a count, and that many lines of fields. Pure functions, and
// what reads and replaces the files.
namespace varve::log {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// recovery-point-, log-start- and replication-offset-checkpoint: one offset a partition.
using OffsetMap = absl::btree_map<TopicPartition, int64_t>;
std::string FormatOffsets(const OffsetMap& offsets);
// DataLoss for anything that is not as Kafka writes it. An empty text, or a version alone, is an
// empty map, as Kafka reads it.
absl::StatusOr<OffsetMap> ParseOffsets(std::string_view text);

// leader-epoch-checkpoint: where each leader epoch began. Both rise strictly.
struct EpochStart {
  int32_t epoch = 0;
  int64_t start_offset = 0;

  friend bool operator==(const EpochStart&, const EpochStart&) = default;
};
std::string FormatEpochs(const std::vector<EpochStart>& epochs);
absl::StatusOr<std::vector<EpochStart>> ParseEpochs(std::string_view text);

// Replaces a partition's file of them, durably.
io::Task<absl::Status> WriteEpochs(io::Disk& disk, const std::string& directory,
                                   const std::vector<EpochStart>& epochs);

// partition.metadata: the id of the topic that the partition belongs to.
std::string FormatPartitionMetadata(const Uuid& topic_id);
absl::StatusOr<Uuid> ParsePartitionMetadata(std::string_view text);

// Largest checkpoint that is read: a claim that a directory makes.
inline constexpr uint64_t kCheckpointBytesMax = uint64_t{64} << 20;

// Reads a small text file; absent is not an error but an empty text.
io::Task<absl::StatusOr<std::string>> ReadText(io::Disk& disk, std::string path);

}  // namespace varve::log
