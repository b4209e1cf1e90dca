#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"
#include "server/wire/operations.h"

namespace varve::wire {

struct DescribeClusterApi {
  static constexpr ApiKey kKey = ApiKey::kDescribeCluster;
  static constexpr int kMin = 0, kMax = 2, kFirstFlexible = 0;
};

// What an address is asked to describe.
inline constexpr int8_t kBrokerEndpoints = 1;
inline constexpr int8_t kControllerEndpoints = 2;

struct DescribeClusterRequest {
  using Api = DescribeClusterApi;

  bool include_cluster_authorized_operations = false;
  int8_t endpoint_type = kBrokerEndpoints;
  bool include_fenced_brokers = false;

  bool operator==(const DescribeClusterRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.include_cluster_authorized_operations);
    if (version >= 1) codec(self.endpoint_type);
    if (version >= 2) codec(self.include_fenced_brokers);
  }
};

struct DescribeClusterResponse {
  using Api = DescribeClusterApi;

  struct Broker {
    int32_t broker_id = 0;
    std::string_view host{};
    int32_t port = 0;
    std::optional<std::string_view> rack{};
    bool is_fenced = false;

    bool operator==(const Broker&) const = default;
    static void Fields(auto& codec, auto& self, int version) {
      codec(self.broker_id, self.host, self.port, self.rack);
      if (version >= 2) codec(self.is_fenced);
    }
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  std::optional<std::string> error_message{};
  int8_t endpoint_type = kBrokerEndpoints;
  std::string_view cluster_id{};
  int32_t controller_id = -1;
  std::vector<Broker> brokers{};
  int32_t cluster_authorized_operations = kNoOperations;

  bool operator==(const DescribeClusterResponse&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.throttle_time_ms, self.error_code, self.error_message);
    if (version >= 1) codec(self.endpoint_type);
    codec(self.cluster_id, self.controller_id, self.brokers, self.cluster_authorized_operations);
  }
};

}  // namespace varve::wire
