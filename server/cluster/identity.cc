#include <fmt/format.h>

#include <map>
#include <utility>

#include "engine/base/status.h"
#include "server/cluster/image.h"
#include "server/cluster/meta_properties.h"
#include "server/config/broker_config.h"

// Who a node is, by what its directories say.
namespace varve::cluster {
namespace {

struct Found {
  std::string directory;
  std::optional<MetaProperties> properties;
};

std::string PathOf(const Found& found) {
  return fmt::format("{}/{}", found.directory, kMetaPropertiesName);
}

template <typename Value>
absl::Status Disagree(const Found& one, const Found& other, std::string_view key, Value of_one,
                      Value of_other) {
  return absl::FailedPreconditionError(
      fmt::format("{} has {}={}, but {} has {}={}: they belong to different nodes", PathOf(one),
                  key, of_one, PathOf(other), key, of_other));
}

absl::Status CheckPair(const Found& one, const Found& other) {
  const MetaProperties& a = *one.properties;
  const MetaProperties& b = *other.properties;
  if (a.cluster_id != b.cluster_id) {
    return Disagree(one, other, "cluster.id", a.cluster_id, b.cluster_id);
  }
  if (a.node_id != b.node_id) return Disagree(one, other, "node.id", a.node_id, b.node_id);
  return absl::OkStatus();
}

// The first directory that knows who we are; nullptr if none does.
absl::StatusOr<const Found*> Agree(const std::vector<Found>& all, int32_t configured_node_id) {
  const Found* first = nullptr;
  std::map<Uuid, const Found*> ids;
  for (const Found& found : all) {
    if (!found.properties) continue;
    if (first == nullptr) first = &found;
    RETURN_IF_ERROR(CheckPair(*first, found));
    const auto& id = found.properties->directory_id;
    if (!id) continue;
    const auto [at, added] = ids.emplace(*id, &found);
    if (!added) {
      return absl::FailedPreconditionError(
          fmt::format("{} and {} both have directory.id={}: one is a copy of the other",
                      PathOf(*at->second), PathOf(found), id->ToString()));
    }
  }
  if (first != nullptr && configured_node_id != -1 &&
      first->properties->node_id != configured_node_id) {
    return absl::FailedPreconditionError(
        fmt::format("{} has node.id={}, but the configuration has node.id={}", PathOf(*first),
                    first->properties->node_id, configured_node_id));
  }
  return first;
}

Uuid NewDirectoryId(io::Random& random) {
  for (;;) {
    const Uuid id = random.NewId();
    if (UsableAsDirectory(id)) return id;
  }
}

}  // namespace

io::Task<absl::StatusOr<Identity>> EstablishIdentity(io::Loop& loop,
                                                     std::vector<std::string> directories,
                                                     int32_t configured_node_id) {
  std::vector<Found> all;
  for (std::string& directory : directories) {
    CO_ASSIGN_OR_RETURN(auto properties, co_await ReadMetaProperties(loop.disk(), directory));
    all.push_back({std::move(directory), std::move(properties)});
  }
  CO_ASSIGN_OR_RETURN(const Found* known, Agree(all, configured_node_id));
  Identity identity;
  if (known != nullptr) {
    identity.cluster_id = known->properties->cluster_id;
    identity.node_id = known->properties->node_id;
  } else {
    identity.cluster_id = loop.random().NewId().ToString();
    identity.node_id = configured_node_id != -1 ? configured_node_id : config::kFirstNodeId;
  }
  for (Found& found : all) {
    const bool complete = found.properties && found.properties->directory_id;
    if (!complete) {
      if (!found.properties) found.properties.emplace();
      found.properties->cluster_id = identity.cluster_id;
      found.properties->node_id = identity.node_id;
      found.properties->directory_id = NewDirectoryId(loop.random());
      CO_RETURN_IF_ERROR(
          co_await WriteMetaProperties(loop.disk(), found.directory, *found.properties));
    }
    identity.directory_ids.push_back(*found.properties->directory_id);
  }
  co_return identity;
}

}  // namespace varve::cluster
