#pragma once

#include <string_view>

#include "engine/log/file_names.h"

namespace varve::dump {

enum class FileType {
  kLog,               // batches; those being deleted, compacted or swapped in as well
  kMetadataSnapshot,  // <offset>-<epoch>.checkpoint of a metadata log: batches too
  kOffsetIndex,
  kTimeIndex,
  kTransactionIndex,
  kProducerSnapshot,
  kOffsetCheckpoint,
  kEpochCheckpoint,
  kPartitionMetadata,
  kMetaProperties,
  kCleanShutdown,
  kQuorumState,
  kLock,       // empty; only its being locked counts
  kBootId,     // varve's own: a word
  kManifest,   // varve's own: what a clean stop left of each log
  kChanges,    // varve's own: which logs were changed since
  kTemporary,  // what a replaced file was called before its rename
  kUnknown,
};

FileType TypeOfFile(std::string_view name);

// In the order in which a directory is shown: what tells about the whole first.
int DisplayRank(FileType type);

inline constexpr std::string_view kCleanShutdownName = ".kafka_cleanshutdown";
inline constexpr std::string_view kLockName = ".lock";
inline constexpr std::string_view kManifestName = "varve-manifest";
inline constexpr std::string_view kChangesName = "varve-changed";
inline constexpr std::string_view kRecoveryPointsName = "recovery-point-offset-checkpoint";
inline constexpr std::string_view kLogStartsName = "log-start-offset-checkpoint";
inline constexpr std::string_view kHighWatermarksName = "replication-offset-checkpoint";
inline constexpr std::string_view kCleanerOffsetsName = "cleaner-offset-checkpoint";

}  // namespace varve::dump
