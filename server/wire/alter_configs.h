#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/config_resource.h"
#include "server/wire/error.h"

namespace varve::wire {

// Sets the properties of a resource to those named: all others return to their defaults.
struct AlterConfigsApi {
  static constexpr ApiKey kKey = ApiKey::kAlterConfigs;
  static constexpr int kMin = 0, kMax = 2, kFirstFlexible = 2;
};

// Changes the properties named, and no others.
struct IncrementalAlterConfigsApi {
  static constexpr ApiKey kKey = ApiKey::kIncrementalAlterConfigs;
  static constexpr int kMin = 0, kMax = 1, kFirstFlexible = 1;
};

enum class ConfigOperation : int8_t {
  kSet = 0,
  kDelete = 1,    // back to the default
  kAppend = 2,    // to a list
  kSubtract = 3,  // from a list
};

struct AlterConfigsRequest {
  using Api = AlterConfigsApi;

  struct Config {
    std::string_view name{};
    std::optional<std::string_view> value{};

    bool operator==(const Config&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.name, self.value); }
  };
  struct Resource {
    ConfigResource resource_type = ConfigResource::kUnknown;
    std::string_view resource_name{};
    std::vector<Config> configs{};

    bool operator==(const Resource&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.resource_type, self.resource_name, self.configs);
    }
  };

  std::vector<Resource> resources{};
  bool validate_only = false;

  bool operator==(const AlterConfigsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.resources, self.validate_only);
  }
};

struct IncrementalAlterConfigsRequest {
  using Api = IncrementalAlterConfigsApi;

  struct Config {
    std::string_view name{};
    ConfigOperation config_operation = ConfigOperation::kSet;
    std::optional<std::string_view> value{};

    bool operator==(const Config&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.config_operation, self.value);
    }
  };
  struct Resource {
    ConfigResource resource_type = ConfigResource::kUnknown;
    std::string_view resource_name{};
    std::vector<Config> configs{};

    bool operator==(const Resource&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.resource_type, self.resource_name, self.configs);
    }
  };

  std::vector<Resource> resources{};
  bool validate_only = false;

  bool operator==(const IncrementalAlterConfigsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.resources, self.validate_only);
  }
};

// What became of one resource, in the answers to both requests.
struct AlteredResource {
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  ConfigResource resource_type = ConfigResource::kUnknown;
  std::string_view resource_name{};

  bool operator==(const AlteredResource&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.error_code, self.error_message, self.resource_type, self.resource_name);
  }
};

struct AlterConfigsResponse {
  using Api = AlterConfigsApi;

  int32_t throttle_time_ms = 0;
  std::vector<AlteredResource> responses{};

  bool operator==(const AlterConfigsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.responses);
  }
};

struct IncrementalAlterConfigsResponse {
  using Api = IncrementalAlterConfigsApi;

  int32_t throttle_time_ms = 0;
  std::vector<AlteredResource> responses{};

  bool operator==(const IncrementalAlterConfigsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.responses);
  }
};

}  // namespace varve::wire
