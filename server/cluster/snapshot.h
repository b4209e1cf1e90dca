#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "server/cluster/metadata_reader.h"

// Snapshots of a metadata log, as Kafka makes them: <end offset, 20 digits>-<epoch, 10
// digits>.checkpoint, with the whole state in batches between a header and a footer record.
namespace varve::cluster {

struct SnapshotId {
  int64_t end_offset = 0;  // of the log: the snapshot has what was before
  int32_t epoch = 0;

  friend auto operator<=>(const SnapshotId&, const SnapshotId&) = default;
};

std::string SnapshotName(const SnapshotId& id);
// Nothing for a name that is no finished snapshot's: ".checkpoint.part" and ".checkpoint.deleted"
// are not.
std::optional<SnapshotId> ParseSnapshotName(std::string_view name);

// The newest finished one in `directory`.
io::Task<absl::StatusOr<std::optional<SnapshotId>>> FindSnapshot(io::Disk& disk,
                                                                 std::string directory);

// Reads all of it into `reader`. DataLoss: damaged, or without its footer.
io::Task<absl::Status> ReadSnapshot(io::Loop& loop, std::string path, MetadataReader& reader);

}  // namespace varve::cluster
