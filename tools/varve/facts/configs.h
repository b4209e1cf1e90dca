#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/task.h"
#include "server/wire/config_resource.h"
#include "server/wire/describe_configs.h"
#include "tools/varve/client/client.h"

namespace varve::cli {

// What has properties: a topic, a broker by its id, or all brokers (the name is empty).
struct Resource {
  wire::ConfigResource type = wire::ConfigResource::kTopic;
  std::string name;

  std::string ToString() const;  // "topic orders", "broker 1", "all brokers"
};

struct ConfigFacts {
  std::string name;
  std::optional<std::string> value;  // none: it is sensitive
  wire::ConfigSource source = wire::ConfigSource::kUnknown;
  bool read_only = false;
  bool sensitive = false;
  std::string documentation;
};

// "topic", "broker", "all brokers", "configuration file", "default", ...
std::string_view SourceName(wire::ConfigSource source);

// Whether a property of a resource of this type is set there, or above it by somebody.
bool IsSetOn(wire::ConfigResource type, wire::ConfigSource source);

// All properties of a resource, by their names.
io::Task<absl::StatusOr<std::vector<ConfigFacts>>> Configs(Client& client, Resource resource,
                                                           bool documentation);

struct Settings {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> unset;  // back to the default
};

// "name=value" each. InvalidArgument names what is none.
absl::StatusOr<Settings> ParseSettings(const std::vector<std::string>& set,
                                       const std::vector<std::string>& unset);

io::Task<absl::Status> ChangeConfigs(Client& client, Resource resource, Settings settings,
                                     bool dry_run);

}  // namespace varve::cli
