#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/config_resource.h"
#include "server/wire/error.h"

namespace varve::wire {

// The names of what has properties. In version 0 only those of subscriptions to clients' metrics.
struct ListConfigResourcesApi {
  static constexpr ApiKey kKey = ApiKey::kListConfigResources;
  static constexpr int kMin = 0, kMax = 1, kFirstFlexible = 0;
};

struct ListConfigResourcesRequest {
  using Api = ListConfigResourcesApi;

  std::vector<ConfigResource> resource_types{};  // empty: all

  bool operator==(const ListConfigResourcesRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    if (version >= 1) codec(self.resource_types);
  }
};

struct ListConfigResourcesResponse {
  using Api = ListConfigResourcesApi;

  struct Resource {
    std::string_view resource_name{};
    ConfigResource resource_type = ConfigResource::kClientMetrics;

    bool operator==(const Resource&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.resource_name);
      if (version >= 1) codec(self.resource_type);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::vector<Resource> config_resources{};

  bool operator==(const ListConfigResourcesResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.config_resources);
  }
};

}  // namespace varve::wire
