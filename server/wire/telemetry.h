#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Which of its metrics a client shall send, and how often.
struct GetTelemetrySubscriptionsApi {
  static constexpr ApiKey kKey = ApiKey::kGetTelemetrySubscriptions;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 0;
};

// A client's metrics. Clients stay silent if a broker does not advertise this.
struct PushTelemetryApi {
  static constexpr ApiKey kKey = ApiKey::kPushTelemetry;
  static constexpr int kMin = 0, kMax = 0, kFirstFlexible = 0;
};

struct GetTelemetrySubscriptionsRequest {
  using Api = GetTelemetrySubscriptionsApi;

  Uuid client_instance_id{};  // zero the first time

  bool operator==(const GetTelemetrySubscriptionsRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) { codec(self.client_instance_id); }
};

struct GetTelemetrySubscriptionsResponse {
  using Api = GetTelemetrySubscriptionsApi;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  Uuid client_instance_id{};  // a new one if the client had none, else zero
  int32_t subscription_id = 0;
  std::vector<int8_t> accepted_compression_types{};  // numbered as those of record batches
  int32_t push_interval_ms = 0;
  int32_t telemetry_max_bytes = 0;
  bool delta_temporality = false;  // counters tell what was added, not their totals
  // What the names of wanted metrics begin with: none if it is empty, all if "" is in it.
  std::vector<std::string_view> requested_metrics{};

  bool operator==(const GetTelemetrySubscriptionsResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.client_instance_id, self.subscription_id,
          self.accepted_compression_types, self.push_interval_ms, self.telemetry_max_bytes,
          self.delta_temporality, self.requested_metrics);
  }
};

struct PushTelemetryRequest {
  using Api = PushTelemetryApi;

  Uuid client_instance_id{};
  int32_t subscription_id = 0;
  bool terminating = false;  // the last from this client
  int8_t compression_type = 0;
  OpaqueBytes metrics{};  // OpenTelemetry's MetricsData

  bool operator==(const PushTelemetryRequest&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.client_instance_id, self.subscription_id, self.terminating, self.compression_type,
          self.metrics);
  }
};

struct PushTelemetryResponse {
  using Api = PushTelemetryApi;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;

  bool operator==(const PushTelemetryResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code);
  }
};

}  // namespace varve::wire
