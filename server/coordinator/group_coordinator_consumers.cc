// Groups of the newer protocol, and how groups pass from one protocol to the other.

#include <fmt/format.h>

#include <utility>

#include "server/coordinator/group_coordinator.h"
#include "server/coordinator/group_records.h"
#include "server/wire/consumer_group_heartbeat.h"

namespace varve::coordinator {

using wire::ErrorCode;

namespace {

constexpr size_t kIdBytesMax = 32'767;  // what the key of a record can hold

void IgnoreOutcome(ErrorCode /*error*/) {}

}  // namespace

// Whether the group is none of the newer protocol (any more). If its end cannot be written, a
// coordinator that loads the log finds both, and takes the one that has members.
bool GroupCoordinator::MakeClassic(std::string_view group_id) {
  if (!consumers_.Has(group_id)) return true;
  if (!consumers_.HasEmpty(group_id)) return false;
  Change change;
  change.records = consumers_.Take(group_id).records;
  change.done = IgnoreOutcome;
  writer_.Add(std::move(change));
  return true;
}

// The same the other way round. Offsets stay.
bool GroupCoordinator::MayJoinAsConsumer(std::string_view group_id) {
  Entry* const entry = FindEntry(group_id);
  if (entry == nullptr) return true;
  if (entry->group.state() != GroupState::kEmpty) return false;
  if (entry->group.unused()) return true;
  GroupOffsets offsets = std::move(entry->offsets);
  groups_.erase(group_id);
  if (!offsets.empty()) CreateEntry(group_id).offsets = std::move(offsets);
  auto key = WriteGroupKey(group_id);
  if (!key.ok()) return true;
  Change change;
  change.records.push_back({*std::move(key), std::nullopt});
  change.done = IgnoreOutcome;
  writer_.Add(std::move(change));
  return true;
}

io::Task<void> GroupCoordinator::ConsumerHeartbeat(std::string_view group_id, HeartbeatCall call,
                                                   HeartbeatAnswer& answer) {
  if (group_id.size() > kIdBytesMax) {
    answer.error = ErrorCode::kInvalidGroupId;
    co_return;
  }
  const bool joins = call.epoch == wire::kJoinEpoch;
  if (!consumers_.Has(group_id) && joins && !MayJoinAsConsumer(group_id)) {
    answer.error = ErrorCode::kGroupIdNotFound;
    answer.message = fmt::format("Group {} is not a consumer group.", group_id);
    co_return;
  }
  co_await consumers_.Heartbeat(group_id, std::move(call), answer);
}

ErrorCode GroupCoordinator::CheckFetch(std::string_view group_id, std::string_view member_id,
                                       int32_t epoch) const {
  const ConsumerGroup* const group = consumers_.Find(group_id);
  return group == nullptr ? ErrorCode::kNone : group->CheckFetch(member_id, epoch);
}

ConsumerGroupDescription GroupCoordinator::DescribeConsumers(std::string_view group_id) const {
  const ConsumerGroup* const group = consumers_.Find(group_id);
  return group == nullptr ? ConsumerGroupDescription() : group->Describe();
}

// Of either protocol; with or without offsets.
bool GroupCoordinator::IsEmptyGroup(std::string_view group_id) const {
  if (consumers_.Has(group_id)) return consumers_.HasEmpty(group_id);
  const Entry* const entry = FindEntry(group_id);
  return entry != nullptr && entry->group.state() == GroupState::kEmpty;
}

}  // namespace varve::coordinator
