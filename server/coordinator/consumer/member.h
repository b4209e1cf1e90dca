#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/coordinator/calls.h"
#include "server/coordinator/consumer/assignment.h"

namespace varve::coordinator {

// How far a member is on its way to its share. The numbers are those of the record.
enum class ReconcileState : int8_t {
  kStable = 0,                // has its share, as of its epoch
  kUnrevokedPartitions = 1,   // has to give something up first
  kUnreleasedPartitions = 2,  // waits for what others have to give up
};

// What a member has, and in which epoch.
struct MemberShare {
  int32_t epoch = 0;           // that its next heartbeat is to name; wire::kLeaveForAWhileEpoch
  int32_t previous_epoch = 0;  // accepted as well: the answer with the next one may be lost
  ReconcileState state = ReconcileState::kStable;
  Assignment assigned{};            // that it may read
  Assignment pending_revocation{};  // that it may be reading still, and has to give up

  friend bool operator==(const MemberShare&, const MemberShare&) = default;
  bool reconciled(int32_t target_epoch) const {
    return state == ReconcileState::kStable && epoch == target_epoch;
  }
};

// What a member says of itself.
struct MemberFacts {
  std::optional<std::string> instance_id{};
  std::optional<std::string> rack_id{};
  std::string client_id{};
  std::string client_host{};
  std::vector<std::string> topics{};  // by name: ascending, none twice
  std::optional<std::string> regex{};
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> assignor{};  // that it asks for

  friend bool operator==(const MemberFacts&, const MemberFacts&) = default;
};

// A member of a group of the newer protocol.
struct ConsumerMember {
  MemberFacts facts{};
  MemberShare share{};
  Assignment target{};  // its share of the group's last division

  int64_t session_ends_ms = kNever;
  int64_t revoked_by_ms = kNever;  // until when it has to give up what it must
};

}  // namespace varve::coordinator
