#include "tools/dump/file_type.h"

#include <array>
#include <utility>

#include "server/cluster/meta_properties.h"
#include "server/cluster/quorum_state.h"
#include "server/cluster/snapshot.h"

namespace varve::dump {
namespace {

constexpr std::array<std::pair<std::string_view, FileType>, 13> kNames{{
    {kRecoveryPointsName, FileType::kOffsetCheckpoint},
    {kLogStartsName, FileType::kOffsetCheckpoint},
    {kHighWatermarksName, FileType::kOffsetCheckpoint},
    {kCleanerOffsetsName, FileType::kOffsetCheckpoint},
    {log::kEpochsName, FileType::kEpochCheckpoint},
    {log::kPartitionMetadataName, FileType::kPartitionMetadata},
    {cluster::kMetaPropertiesName, FileType::kMetaProperties},
    {kCleanShutdownName, FileType::kCleanShutdown},
    {cluster::kQuorumStateName, FileType::kQuorumState},
    {kLockName, FileType::kLock},
    {"varve-boot-id", FileType::kBootId},
    {kManifestName, FileType::kManifest},
    {kChangesName, FileType::kChanges},
}};

FileType TypeOfSegmentFile(log::FileKind kind) {
  switch (kind) {
    case log::FileKind::kLog:
      return FileType::kLog;
    case log::FileKind::kOffsetIndex:
      return FileType::kOffsetIndex;
    case log::FileKind::kTimeIndex:
      return FileType::kTimeIndex;
    case log::FileKind::kTransactionIndex:
      return FileType::kTransactionIndex;
    case log::FileKind::kSnapshot:
      return FileType::kProducerSnapshot;
  }
  return FileType::kUnknown;
}

}  // namespace

FileType TypeOfFile(std::string_view name) {
  for (const auto& [known, type] : kNames) {
    if (name == known) return type;
  }
  if (const auto segment = log::ParseFileName(name)) return TypeOfSegmentFile(segment->kind);
  if (cluster::ParseSnapshotName(name) || name == "bootstrap.checkpoint") {
    return FileType::kMetadataSnapshot;
  }
  if (name.ends_with(".tmp") || name.ends_with(".part")) return FileType::kTemporary;
  // Segment files that were copied under another name are read by their suffix.
  for (const auto& [suffix, type] :
       {std::pair(".log", FileType::kLog), std::pair(".checkpoint", FileType::kMetadataSnapshot),
        std::pair(".snapshot", FileType::kProducerSnapshot)}) {
    if (name.ends_with(suffix)) return type;
  }
  return FileType::kUnknown;
}

int DisplayRank(FileType type) {
  switch (type) {
    case FileType::kLog:
    case FileType::kOffsetIndex:
    case FileType::kTimeIndex:
    case FileType::kTransactionIndex:
    case FileType::kProducerSnapshot:
    case FileType::kMetadataSnapshot:
      return 1;
    default:
      return 0;
  }
}

}  // namespace varve::dump
