#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/consumer/assignment.h"
#include "server/coordinator/consumer/assignor.h"
#include "server/coordinator/consumer/member.h"
#include "server/wire/error.h"

// What a group of the newer protocol is asked, and what it answers.
namespace varve::coordinator {

// The broker's properties group.consumer.*. One of it serves all groups and outlives them.
struct ConsumerConfig {
  int64_t session_timeout_ms = 45'000;
  int32_t heartbeat_interval_ms = 5'000;
  int64_t size_max = std::numeric_limits<int32_t>::max();
  std::vector<Assignor> assignors{Assignor::kUniform, Assignor::kRange};  // the default one first
};

// Fields that are not there mean: as before.
struct HeartbeatCall {
  std::string_view member_id{};
  int32_t epoch = 0;  // wire::kJoinEpoch, kLeaveEpoch, kLeaveForAWhileEpoch, or the member's
  std::optional<std::string_view> instance_id{};
  std::optional<std::string_view> rack_id{};
  std::string_view client_id{};
  std::string_view client_host{};
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string_view>> topics{};
  std::optional<std::string_view> regex{};  // empty: none any more
  std::optional<std::string_view> assignor{};
  std::optional<Assignment> owned{};
};

struct HeartbeatAnswer {
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::string message{};
  std::string member_id{};
  int32_t epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  std::optional<Assignment> assignment{};  // none: as in the last answer
};

enum class ConsumerState : uint8_t {
  kEmpty,
  kAssigning,    // the partitions are to be divided anew
  kReconciling,  // somebody has not got its share yet
  kStable,
  kDead,  // there is no such group
};

// As clients are told: "Reconciling".
std::string_view Name(ConsumerState state);
// The type of these groups in ListGroups.
inline constexpr std::string_view kConsumerGroupType = "consumer";

struct ConsumerGroupDescription {
  struct Member {
    std::string id{};
    MemberFacts facts{};
    int32_t epoch = 0;
    Assignment assigned{};
    Assignment target{};
  };

  ConsumerState state = ConsumerState::kDead;
  int32_t epoch = 0;
  int32_t target_epoch = 0;
  std::string_view assignor{};
  std::vector<Member> members{};
};

// Whether a heartbeat makes sense at all, whatever the group. kInvalidRequest,
// kUnsupportedAssignor, kInvalidRegularExpression, with a message.
HeartbeatAnswer CheckHeartbeat(const HeartbeatCall& call, const ConsumerConfig& config);

}  // namespace varve::coordinator
