#pragma once

#include <cstdint>
#include <string_view>

namespace varve::cluster {

// Kafka's feature "metadata.version": how new the programs are that share a metadata log, and so
// which versions of its records may be written.
inline constexpr std::string_view kMetadataVersion = "metadata.version";

// Of a log that names no level.
inline constexpr int16_t kLevelOldest = 1;
// Of a new log: 3.7-IV4, the first release whose partitions know their directories. Every later
// Kafka takes such a log over.
inline constexpr int16_t kLevelOfNewLogs = 19;
// What this broker says it can work with: 3.3-IV3 up to 3.9-IV0.
inline constexpr int16_t kLevelLeast = 7;
inline constexpr int16_t kLevelMost = 21;

inline constexpr int16_t kLevelWithEligible = 23;     // 4.0-IV1
inline constexpr int16_t kLevelWithDirectories = 17;  // 3.7-IV2
inline constexpr int16_t kLevelWithMigration = 8;     // 3.4-IV0
inline constexpr int16_t kLevelWithShutdown = 7;      // 3.3-IV3

// Of PartitionRecord and PartitionChangeRecord.
constexpr int PartitionRecordVersion(int16_t level) {
  if (level >= kLevelWithEligible) return 2;
  return level >= kLevelWithDirectories ? 1 : 0;
}

constexpr int RegisterBrokerVersion(int16_t level) {
  if (level >= kLevelWithDirectories) return 3;
  if (level >= kLevelWithMigration) return 2;
  return level >= kLevelWithShutdown ? 1 : 0;
}

}  // namespace varve::cluster
