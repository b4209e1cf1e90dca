#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/wire/api.h"
#include "server/wire/codec.h"
#include "server/wire/error.h"

namespace varve::wire {

// Gives a producer the id and epoch by which its batches are numbered; with a transactional id it
// also shuts out whoever used that before.
struct InitProducerIdApi {
  static constexpr ApiKey kKey = ApiKey::kInitProducerId;
  static constexpr int kMin = 0, kMax = 5, kFirstFlexible = 2;
};

struct InitProducerIdRequest {
  using Api = InitProducerIdApi;

  std::optional<std::string_view> transactional_id{};  // null: a producer without transactions
  int32_t transaction_timeout_ms = 0;
  // What the producer has had so far; -1 if it is new.
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;

  bool operator==(const InitProducerIdRequest&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.transactional_id, self.transaction_timeout_ms);
    if (version >= 3) codec(self.producer_id, self.producer_epoch);
  }
};

struct InitProducerIdResponse {
  using Api = InitProducerIdApi;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::kNone;
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;

  bool operator==(const InitProducerIdResponse&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.throttle_time_ms, self.error_code, self.producer_id, self.producer_epoch);
  }
};

}  // namespace varve::wire
