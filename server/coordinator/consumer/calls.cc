#include "server/coordinator/consumer/calls.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "server/coordinator/consumer/topic_pattern.h"
#include "server/wire/consumer_group_heartbeat.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

constexpr size_t kIdBytesMax = 32'767;  // what the key of its records can hold

HeartbeatAnswer Refuse(ErrorCode error, std::string message) {
  HeartbeatAnswer answer;
  answer.error = error;
  answer.message = std::move(message);
  return answer;
}

bool IsEmpty(const std::optional<std::string_view>& text) { return text && text->empty(); }

bool NamesTopics(const HeartbeatCall& call) {
  return (call.topics && !call.topics->empty()) || (call.regex && !call.regex->empty());
}

// Empty: nothing is wrong.
std::string_view Complaint(const HeartbeatCall& call) {
  if (call.epoch < wire::kLeaveForAWhileEpoch) return "MemberEpoch is invalid.";
  if (call.member_id.empty()) return "MemberId can't be empty.";
  if (call.member_id.size() > kIdBytesMax) return "MemberId is too long.";
  if (IsEmpty(call.instance_id)) return "InstanceId can't be empty.";
  if (IsEmpty(call.rack_id)) return "RackId can't be empty.";
  if (call.epoch == wire::kLeaveForAWhileEpoch && !call.instance_id) {
    return "InstanceId can't be null.";
  }
  if (call.epoch != wire::kJoinEpoch) return {};
  if (call.rebalance_timeout_ms == -1) return "RebalanceTimeoutMs must be given to join.";
  if (!call.owned || !call.owned->empty()) return "TopicPartitions must be empty to join.";
  return NamesTopics(call) ? "" : "Topics or an expression must be given to join.";
}

bool Supported(std::string_view name, const ConsumerConfig& config) {
  const std::optional<Assignor> assignor = FindAssignor(name);
  return assignor && std::ranges::find(config.assignors, *assignor) != config.assignors.end();
}

}  // namespace

std::string_view Name(ConsumerState state) {
  static constexpr std::array<std::string_view, 5> kNames = {"Empty", "Assigning", "Reconciling",
                                                             "Stable", "Dead"};
  return kNames.at(static_cast<size_t>(state));
}

HeartbeatAnswer CheckHeartbeat(const HeartbeatCall& call, const ConsumerConfig& config) {
  const std::string_view complaint = Complaint(call);
  if (!complaint.empty()) return Refuse(ErrorCode::kInvalidRequest, std::string(complaint));
  if (call.assignor && !Supported(*call.assignor, config)) {
    return Refuse(ErrorCode::kUnsupportedAssignor,
                  fmt::format("ServerAssignor {} is not supported.", *call.assignor));
  }
  if (call.regex && !call.regex->empty()) {
    const auto pattern = TopicPattern::Compile(*call.regex);
    if (!pattern.ok()) {
      return Refuse(ErrorCode::kInvalidRegularExpression,
                    fmt::format("SubscribedTopicRegex `{}` is not valid: {}", *call.regex,
                                std::string(pattern.status().message())));
    }
  }
  return {};
}

}  // namespace varve::coordinator
