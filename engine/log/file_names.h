#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace varve::log {

// Names of files and directories, as Apache Kafka gives them.

// The files of a segment begin with its base offset in 20 decimal digits.
enum class FileKind { kLog, kOffsetIndex, kTimeIndex, kTransactionIndex, kSnapshot };

// Suffixes of files that are not in their place: see Recovery.
enum class FileState {
  kPlain,
  kDeleted,  // waits for its removal
  kCleaned,  // output under construction
  kSwap,     // complete output that is about to replace its sources
};

struct SegmentFile {
  int64_t base_offset = 0;
  FileKind kind = FileKind::kLog;
  FileState state = FileState::kPlain;
};

std::string FileName(int64_t base_offset, FileKind kind, FileState state = FileState::kPlain);
// Nothing for a name that is no segment file's.
std::optional<SegmentFile> ParseFileName(std::string_view name);

inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kEpochsName = "leader-epoch-checkpoint";
inline constexpr std::string_view kPartitionMetadataName = "partition.metadata";

// A directory of one partition: "<topic>-<partition>", with ".<32 hex digits>-delete" and the like
// at the end while it is on its way out or in.
struct PartitionName {
  enum class State { kLive, kDelete, kStray, kFuture };
  std::string topic;
  int32_t partition = 0;
  State state = State::kLive;

  friend bool operator==(const PartitionName&, const PartitionName&) = default;
};

std::string DirectoryName(std::string_view topic, int32_t partition);
// The name under which a partition waits for its removal; `unique_hex` has 32 digits. The topic is
// cut so that the whole fits a file system's 255 bytes.
std::string DeleteDirectoryName(std::string_view topic, int32_t partition,
                                std::string_view unique_hex);
std::optional<PartitionName> ParseDirectoryName(std::string_view name);

}  // namespace varve::log
