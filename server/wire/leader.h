#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/wire/codec.h"

namespace varve::wire {

// What Produce and Fetch tell beside "not the leader": who is, so that the client need not ask.

struct LeaderIdAndEpoch {
  int32_t leader_id = -1;
  int32_t leader_epoch = -1;

  bool operator==(const LeaderIdAndEpoch&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.leader_id, self.leader_epoch);
  }
};

// Where such a leader listens.
struct NodeEndpoint {
  int32_t node_id = 0;
  std::string_view host{};
  int32_t port = 0;
  std::optional<std::string_view> rack{};

  bool operator==(const NodeEndpoint&) const = default;
  static void Fields(auto& codec, auto& self, int /*version*/) {
    codec(self.node_id, self.host, self.port, self.rack);
  }
};

}  // namespace varve::wire
