#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/uuid.h"

namespace varve::cluster {

inline constexpr std::string_view kQuorumStateName = "quorum-state";

// What the file quorum-state says: one JSON object in a line, beside the metadata log. Version 0
// names the voters, version 1 (kraft.version 1) leaves that to the log.
//
//   {"clusterId":"","leaderId":1,"leaderEpoch":4,"votedId":-1,"appliedOffset":31,
//    "currentVoters":[{"voterId":1}],"data_version":0}
//
// applied_offset  Kafka writes 0 and never reads it. Ours is where the log ended, durably, when
//                 the epoch began: what is damaged below it is no torn tail.
struct QuorumState {
  int16_t version = 0;  // 0 or 1
  int32_t leader_id = -1;
  int32_t leader_epoch = 0;
  int64_t applied_offset = 0;

  friend bool operator==(const QuorumState&, const QuorumState&) = default;
};

// DataLoss: it is no such object, or of another version.
absl::StatusOr<QuorumState> ParseQuorumState(std::string_view text);
// The leader is the one voter.
std::string FormatQuorumState(const QuorumState& state);

}  // namespace varve::cluster
