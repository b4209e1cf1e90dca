#include "server/cluster/meta_properties.h"

#include <absl/strings/numbers.h>
#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "server/cluster/image.h"
#include "server/config/broker_config.h"
#include "server/config/properties.h"

namespace varve::cluster {
namespace {

constexpr std::string_view kVersion = "version";
constexpr std::string_view kClusterId = "cluster.id";
constexpr std::string_view kNodeId = "node.id";
constexpr std::string_view kDirectoryId = "directory.id";
constexpr std::string_view kKnownVersion = "1";

std::string PathIn(const std::string& directory) {
  return fmt::format("{}/{}", directory, kMetaPropertiesName);
}

template <typename... Args>
absl::Status Refuse(fmt::format_string<Args...> text, Args&&... args) {
  return absl::FailedPreconditionError(fmt::format(text, std::forward<Args>(args)...));
}

// Takes keys out of the text's entries, one by one.
class Entries {
 public:
  Entries(const std::string& path, std::map<std::string, std::string> values)
      : path_(path), values_(std::move(values)) {}

  std::optional<std::string> Take(std::string_view key) {
    auto node = values_.extract(std::string(key));
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }
  absl::StatusOr<std::string> Demand(std::string_view key) {
    auto value = Take(key);
    if (!value || value->empty()) return Refuse("{} has no {}", path_, key);
    return *std::move(value);
  }
  std::map<std::string, std::string> Rest() && { return std::move(values_); }

 private:
  const std::string& path_;
  std::map<std::string, std::string> values_;
};

absl::StatusOr<Entries> ReadEntries(std::string_view text, const std::string& path) {
  auto parsed = config::ParseProperties(text);
  if (!parsed.ok()) return Refuse("{}: {}", path, std::string(parsed.status().message()));
  std::map<std::string, std::string> values;
  for (config::PropertyEntry& entry : *parsed) {
    const auto [at, added] = values.emplace(entry.key, entry.value);
    if (!added && at->second != entry.value) {
      return Refuse("{} has {} twice: {} and {}", path, entry.key, at->second, entry.value);
    }
  }
  return Entries(path, std::move(values));
}

absl::Status CheckVersion(const std::string& version, const std::string& path) {
  if (version == kKnownVersion) return absl::OkStatus();
  if (version == "0") {
    return Refuse("{} has version 0: the cluster's state is in ZooKeeper, not in this directory",
                  path);
  }
  return Refuse("{} has version {}, expected {}", path, version, kKnownVersion);
}

absl::StatusOr<int32_t> ParseNodeId(const std::string& text, const std::string& path) {
  int32_t id = -1;
  if (!absl::SimpleAtoi(text, &id) || id < 0) {
    return Refuse("{} has {}={}, which is no number from 0 on", path, kNodeId, text);
  }
  return id;
}

absl::StatusOr<Uuid> ParseDirectoryId(const std::string& text, const std::string& path) {
  const std::optional<Uuid> id = Uuid::Parse(text);
  if (!id || !UsableAsDirectory(*id)) {
    return Refuse("{} has {}={}, which is no id of a directory", path, kDirectoryId, text);
  }
  return *id;
}

}  // namespace

absl::StatusOr<MetaProperties> ParseMetaProperties(std::string_view text, const std::string& path) {
  ASSIGN_OR_RETURN(Entries entries, ReadEntries(text, path));
  MetaProperties properties;
  ASSIGN_OR_RETURN(const std::string version, entries.Demand(kVersion));
  RETURN_IF_ERROR(CheckVersion(version, path));
  ASSIGN_OR_RETURN(properties.cluster_id, entries.Demand(kClusterId));
  ASSIGN_OR_RETURN(const std::string node_id, entries.Demand(kNodeId));
  ASSIGN_OR_RETURN(properties.node_id, ParseNodeId(node_id, path));
  if (const auto directory_id = entries.Take(kDirectoryId)) {
    ASSIGN_OR_RETURN(properties.directory_id, ParseDirectoryId(*directory_id, path));
  }
  properties.others = std::move(entries).Rest();
  return properties;
}

std::string FormatMetaProperties(const MetaProperties& properties) {
  std::vector<config::PropertyEntry> entries{
      {std::string(kVersion), std::string(kKnownVersion)},
      {std::string(kClusterId), properties.cluster_id},
      {std::string(kNodeId), fmt::to_string(properties.node_id)},
  };
  if (properties.directory_id) {
    entries.push_back({std::string(kDirectoryId), properties.directory_id->ToString()});
  }
  for (const auto& [key, value] : properties.others) entries.push_back({key, value});
  return config::FormatProperties({""}, entries);
}

io::Task<absl::StatusOr<std::optional<MetaProperties>>> ReadMetaProperties(io::Disk& disk,
                                                                           std::string directory) {
  const std::string path = PathIn(directory);
  const auto bytes = co_await io::ReadFile(disk, path, config::kPropertiesBytesMax);
  if (absl::IsNotFound(bytes.status())) co_return std::nullopt;
  CO_RETURN_IF_ERROR(bytes.status());
  co_return ParseMetaProperties(AsText(*bytes), path);
}

io::Task<absl::Status> WriteMetaProperties(io::Disk& disk, std::string directory,
                                           MetaProperties properties) {
  const std::string text = FormatMetaProperties(properties);
  co_return co_await io::ReplaceFile(disk, PathIn(directory), AsBytes(text));
}

}  // namespace varve::cluster
