#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/wire/codec.h"

namespace varve::wire {

// The records of `__cluster_metadata-0` that tell of brokers; the others are in
// metadata_records.h.

struct RegisterBrokerRecord {
  static constexpr uint32_t kType = 0;
  static constexpr int kMax = 3;

  struct Endpoint {
    std::string_view name{};  // of the listener
    std::string_view host{};
    uint16_t port = 0;
    int16_t security_protocol = 0;  // 0: plain text

    bool operator==(const Endpoint&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.host, self.port, self.security_protocol);
    }
  };
  struct Feature {
    std::string_view name{};
    int16_t min_supported_version = 0;
    int16_t max_supported_version = 0;

    bool operator==(const Feature&) const = default;
    static void Fields(auto& codec, auto& self, int /*version*/) {
      codec(self.name, self.min_supported_version, self.max_supported_version);
    }
  };

  int32_t broker_id = 0;
  bool is_migrating_zk_broker = false;  // from version 2 on
  Uuid incarnation_id{};                // of this run of the process
  int64_t broker_epoch = 0;
  std::vector<Endpoint> endpoints{};
  std::vector<Feature> features{};
  std::optional<std::string_view> rack{};
  bool fenced = true;
  bool in_controlled_shutdown = false;  // from version 1 on
  std::vector<Uuid> log_dirs{};         // from version 3 on

  bool operator==(const RegisterBrokerRecord&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.broker_id);
    if (version >= 2) codec(self.is_migrating_zk_broker);
    codec(self.incarnation_id, self.broker_epoch, self.endpoints, self.features, self.rack,
          self.fenced);
    if (version >= 1) codec(self.in_controlled_shutdown);
    if (version >= 3) codec.Tagged(0, self.log_dirs);
  }
};

struct BrokerRegistrationChangeRecord {
  static constexpr uint32_t kType = 17;
  static constexpr int kMax = 2;

  int32_t broker_id = 0;
  int64_t broker_epoch = 0;
  int8_t fenced = 0;                  // -1: no longer, 0: as it was, 1: now
  int8_t in_controlled_shutdown = 0;  // likewise, 0 or 1; from version 1 on
  std::vector<Uuid> log_dirs{};       // from version 2 on

  bool operator==(const BrokerRegistrationChangeRecord&) const = default;
  static void Fields(auto& codec, auto& self, int version) {
    codec(self.broker_id, self.broker_epoch);
    codec.Tagged(0, self.fenced);
    if (version >= 1) codec.Tagged(1, self.in_controlled_shutdown);
    if (version >= 2) codec.Tagged(2, self.log_dirs);
  }
};

}  // namespace varve::wire
