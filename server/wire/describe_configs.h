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

// The properties of topics and brokers, and where their values come from.
struct DescribeConfigsApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeConfigs;
  static constexpr int kMin = 1, kMax = 4, kFirstFlexible = 4;
};

// Where a value was set.
enum class ConfigSource : int8_t {
  kNotTold = -1,
  kUnknown = 0,
  kTopic = 1,
  kDynamicBroker = 2,         // for this broker, while it ran
  kDynamicDefaultBroker = 3,  // for all brokers, while they ran
  kStaticBroker = 4,          // in the file that the broker was started with
  kDefault = 5,               // nowhere: tools that copy properties leave these out
  kDynamicBrokerLogger = 6,
  kClientMetrics = 7,
  kGroup = 8,
};

enum class ConfigType : int8_t {
  kUnknown = 0,
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9,
};

struct DescribeConfigsRequest {
  using Api = DescribeConfigsApi;

  struct Resource {
    ConfigResource resource_type = ConfigResource::kUnknown;
    std::string_view resource_name{};
    // Null or empty asks for all.
    std::optional<std::vector<std::string_view>> configuration_keys{};

    bool operator==(const Resource&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.resource_type, self.resource_name, self.configuration_keys);
    }
  };

  std::vector<Resource> resources{};
  bool include_synonyms = false;
  bool include_documentation = false;

  bool operator==(const DescribeConfigsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.resources, self.include_synonyms);
    if (version >= 3) codec(self.include_documentation);
  }
};

struct DescribeConfigsResponse {
  using Api = DescribeConfigsApi;

  // A value that counts if no other before it does.
  struct Synonym {
    std::string_view name{};
    std::optional<std::string> value{};
    ConfigSource source = ConfigSource::kUnknown;

    bool operator==(const Synonym&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.value, self.source);
    }
  };
  struct Config {
    std::string_view name{};
    std::optional<std::string> value{};  // null if it is sensitive
    bool read_only = false;
    ConfigSource config_source = ConfigSource::kNotTold;
    bool is_sensitive = false;
    std::vector<Synonym> synonyms{};
    ConfigType config_type = ConfigType::kUnknown;
    std::optional<std::string_view> documentation{};

    bool operator==(const Config&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.name, self.value, self.read_only, self.config_source, self.is_sensitive,
            self.synonyms);
      if (version >= 3) codec(self.config_type, self.documentation);
    }
  };
  struct Result {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message{};
    ConfigResource resource_type = ConfigResource::kUnknown;
    std::string_view resource_name{};
    std::vector<Config> configs{};

    bool operator==(const Result&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.error_code, self.error_message, self.resource_type, self.resource_name,
            self.configs);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results{};

  bool operator==(const DescribeConfigsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.results);
  }
};

}  // namespace varve::wire
