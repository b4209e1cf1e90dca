#include "server/cluster/quorum_state.h"

#include <absl/strings/numbers.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/status.h"

namespace varve::cluster {
namespace {

constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();
constexpr std::string_view kBlanks = " \t\r\n";

absl::Status Broken(std::string_view why, std::string_view text) {
  return absl::DataLossError(
      fmt::format("quorum-state: {}: {}", why, text.substr(0, std::min<size_t>(text.size(), 200))));
}

// The number behind "key": in the one line that the file has. No key is part of another one's
// value: those are numbers, ids and the list of voters.
absl::StatusOr<int64_t> NumberOf(std::string_view key, std::string_view text) {
  const std::string quoted = fmt::format("\"{}\"", key);
  size_t at = text.find(quoted);
  if (at == std::string_view::npos) return Broken(fmt::format("no {}", key), text);
  at = text.find_first_not_of(kBlanks, at + quoted.size());
  if (at == std::string_view::npos || text[at] != ':') return Broken("no colon", text);
  at = text.find_first_not_of(kBlanks, at + 1);
  if (at == std::string_view::npos) return Broken(fmt::format("no {}", key), text);
  const size_t end = std::min(text.find_first_not_of("-0123456789", at), text.size());
  int64_t number = 0;
  if (!absl::SimpleAtoi(std::string(text.substr(at, end - at)), &number)) {
    return Broken(fmt::format("{} is no number", key), text);
  }
  return number;
}

absl::StatusOr<int32_t> Int32Of(std::string_view key, int64_t least, std::string_view text) {
  ASSIGN_OR_RETURN(const int64_t number, NumberOf(key, text));
  if (number < least || number > kInt32Max) {
    return Broken(fmt::format("{} is {}", key, number), text);
  }
  return static_cast<int32_t>(number);
}

}  // namespace

absl::StatusOr<QuorumState> ParseQuorumState(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  const size_t last = text.find_last_not_of(kBlanks);
  if (first == std::string_view::npos || text[first] != '{' || text[last] != '}') {
    return Broken("not an object", text);
  }
  QuorumState state;
  ASSIGN_OR_RETURN(const int64_t version, NumberOf("data_version", text));
  if (version != 0 && version != 1) return Broken("of another version", text);
  state.version = static_cast<int16_t>(version);
  ASSIGN_OR_RETURN(state.leader_id, Int32Of("leaderId", -1, text));
  ASSIGN_OR_RETURN(state.leader_epoch, Int32Of("leaderEpoch", 0, text));
  // Absent in Kafka's version 1.
  state.applied_offset = std::max<int64_t>(0, NumberOf("appliedOffset", text).value_or(0));
  return state;
}

std::string FormatQuorumState(const QuorumState& state) {
  if (state.version == 0) {
    return fmt::format(
        R"({{"clusterId":"","leaderId":{},"leaderEpoch":{},"votedId":-1,"appliedOffset":{},)"
        R"("currentVoters":[{{"voterId":{}}}],"data_version":0}})",
        state.leader_id, state.leader_epoch, state.applied_offset, state.leader_id);
  }
  return fmt::format(R"({{"leaderId":{},"leaderEpoch":{},"votedId":-1,"votedDirectoryId":"{}",)"
                     R"("appliedOffset":{},"data_version":1}})",
                     state.leader_id, state.leader_epoch, Uuid{}.ToString(), state.applied_offset);
}

}  // namespace varve::cluster
