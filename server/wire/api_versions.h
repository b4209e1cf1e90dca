#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Which APIs a broker speaks, in which versions: the first request on nearly every connection.
// A broker that does not know the version of the request answers in version 0, with
// kUnsupportedVersion and one entry: the versions of this API.
struct ApiVersionsApi {
  static constexpr ApiKey kKey = ApiKey::kApiVersions;
  static constexpr int kMin = 0, kMax = 4, kFirstFlexible = 3;
};

struct ApiVersionsRequest {
  using Api = ApiVersionsApi;

  std::string_view client_software_name{};
  std::string_view client_software_version{};

  bool operator==(const ApiVersionsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 3) codec(self.client_software_name, self.client_software_version);
  }
};

struct ApiVersionsResponse {
  using Api = ApiVersionsApi;

  struct ApiVersion {
    ApiKey api_key = ApiKey::kProduce;
    int16_t min_version = 0;
    int16_t max_version = 0;

    bool operator==(const ApiVersion&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.api_key, self.min_version, self.max_version);
    }
  };
  struct SupportedFeature {
    std::string_view name{};
    int16_t min_version = 0;
    int16_t max_version = 0;

    bool operator==(const SupportedFeature&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.min_version, self.max_version);
    }
  };
  struct FinalizedFeature {
    std::string_view name{};
    int16_t max_version_level = 0;
    int16_t min_version_level = 0;

    bool operator==(const FinalizedFeature&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.max_version_level, self.min_version_level);
    }
  };

  ErrorCode error_code = ErrorCode::kNone;
  std::vector<ApiVersion> api_keys{};
  int32_t throttle_time_ms = 0;
  std::vector<SupportedFeature> supported_features{};
  int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeature> finalized_features{};
  bool zk_migration_ready = false;

  bool operator==(const ApiVersionsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.error_code, self.api_keys);
    if (version >= 1) codec(self.throttle_time_ms);
    codec.Tagged(0, self.supported_features);
    codec.Tagged(1, self.finalized_features_epoch, -1);
    codec.Tagged(2, self.finalized_features);
    codec.Tagged(3, self.zk_migration_ready);
  }
};

}  // namespace varve::wire
