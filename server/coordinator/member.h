#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "server/coordinator/calls.h"
#include "server/coordinator/protocol_list.h"

namespace varve::coordinator {

// One member of a group. There are many: what is seldom there takes no room.
struct Member {
  std::string id{};
  std::optional<std::string> instance_id{};  // a static member's (KIP-345)
  std::string client_id{};
  std::string client_host{};
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = 0;
  ProtocolList protocols{};
  Buffer assignment{};  // of the current generation, once its leader has given it

  // Requests that wait for their answer.
  std::optional<Token> join{};
  std::optional<Token> sync{};

  int64_t session_ends_ms = kNever;  // never, while a request is parked and the member not new
  uint64_t order = 0;                // of joining the group
  bool is_new = false;               // has not been told yet that it is a member
  bool synced = false;               // has asked for its assignment of this generation

  bool is_static() const { return instance_id.has_value(); }
  bool parked() const { return join || sync; }
  // What it tells the leader in a protocol; nothing if it does not know it.
  Buffer MetadataFor(std::string_view protocol) const {
    const auto metadata = protocols.Find(protocol);
    return metadata ? Buffer(metadata->begin(), metadata->end()) : Buffer();
  }
};

}  // namespace varve::coordinator
