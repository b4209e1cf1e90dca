#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/disk.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"

// meta.properties: to which cluster and node a log directory belongs. Kafka's version 1.
namespace varve::cluster {

inline constexpr std::string_view kMetaPropertiesName = "meta.properties";

struct MetaProperties {
  std::string cluster_id{};
  int32_t node_id = -1;
  std::optional<Uuid> directory_id{};           // Kafka writes one since 3.7
  std::map<std::string, std::string> others{};  // keys that are none of ours; kept

  friend bool operator==(const MetaProperties&, const MetaProperties&) = default;
};

// FailedPrecondition, naming `path`, key and value: a key that is missing, twice there or not
// what it should be; version 0, which belongs to clusters that ZooKeeper keeps.
absl::StatusOr<MetaProperties> ParseMetaProperties(std::string_view text, const std::string& path);
std::string FormatMetaProperties(const MetaProperties& properties);

// Nothing if the directory has none yet. An unreadable one is an error.
io::Task<absl::StatusOr<std::optional<MetaProperties>>> ReadMetaProperties(io::Disk& disk,
                                                                           std::string directory);
io::Task<absl::Status> WriteMetaProperties(io::Disk& disk, std::string directory,
                                           MetaProperties properties);

// Who this node is, as its directories say.
struct Identity {
  std::string cluster_id{};
  int32_t node_id = -1;
  std::vector<Uuid> directory_ids{};  // one for each directory, in the order they were given
};

// Reads meta.properties of all log directories (and of the metadata log's own, if it has one),
// and writes what is missing:
//
//   no directory has one     a new cluster: a random cluster id, and node id `configured_node_id`,
//                            or config::kFirstNodeId if that is -1
//   some have none           they are new: they get one like the others'
//   one has no directory id  it gets one; what else it holds stays
//
// Requires: the directories exist and are locked; a random cluster id is drawn from loop.random().
// Errors    FailedPrecondition, naming file, key and both values: directories that disagree among
//           each other or with the configuration, or two with one id. Nothing was written then.
io::Task<absl::StatusOr<Identity>> EstablishIdentity(io::Loop& loop,
                                                     std::vector<std::string> directories,
                                                     int32_t configured_node_id);

}  // namespace varve::cluster
