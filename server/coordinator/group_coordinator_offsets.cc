// Offsets: committed, looked up, deleted on request.

#include <optional>
#include <utility>

#include "engine/base/status.h"
#include "server/coordinator/group_coordinator.h"
#include "server/coordinator/group_expiry.h"
#include "server/coordinator/group_records.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

int64_t ExpireMs(const CommitCall& call, Now now) {
  return call.retention_ms < 0 ? -1 : now.wall_ms + call.retention_ms;
}

CommittedOffset ToStore(const OffsetToCommit& each, const CommitCall& call, Now now) {
  return {.offset = each.offset,
          .leader_epoch = each.leader_epoch,
          .metadata = std::string(each.metadata),
          .commit_ms = now.wall_ms,
          .expire_ms = ExpireMs(call, now)};
}

absl::StatusOr<LogRecord> RecordOf(std::string_view group_id, const OffsetToCommit& each,
                                   const CommitCall& call, Now now) {
  const OffsetValue value{.offset = each.offset,
                          .leader_epoch = each.leader_epoch,
                          .metadata = each.metadata,
                          .commit_ms = now.wall_ms,
                          .expire_ms = ExpireMs(call, now)};
  ASSIGN_OR_RETURN(Buffer key, WriteOffsetKey(group_id, each.topic, each.partition));
  ASSIGN_OR_RETURN(Buffer bytes, WriteOffsetValue(value));
  return LogRecord{std::move(key), std::move(bytes)};
}

// Records of the entries that may be stored; the others get their errors.
std::vector<LogRecord> RecordsOf(std::string_view group_id, const CommitCall& call,
                                 size_t metadata_bytes_max, Now now) {
  std::vector<LogRecord> records;
  for (OffsetToCommit& each : call.offsets) {
    if (each.error != ErrorCode::kNone) continue;
    if (each.metadata.size() > metadata_bytes_max) {
      each.error = ErrorCode::kOffsetMetadataTooLarge;
      continue;
    }
    absl::StatusOr<LogRecord> record = RecordOf(group_id, each, call, now);
    if (record.ok()) {
      records.push_back(*std::move(record));
    } else {
      each.error = ErrorCode::kInvalidCommitOffsetSize;
    }
  }
  return records;
}

// None of an offset that was written before can be too long to be written again.
std::optional<LogRecord> TombstoneOf(std::string_view group_id, const OffsetToDelete& each) {
  auto key = WriteOffsetKey(group_id, each.topic, each.partition);
  if (!key.ok()) return std::nullopt;
  return LogRecord{*std::move(key), std::nullopt};
}

}  // namespace

// Without a generation anybody may store offsets in a group that is not there yet.
ErrorCode GroupCoordinator::CheckCommit(std::string_view group_id, const CommitCall& call) {
  if (const ConsumerGroup* const group = consumers_.Find(group_id)) {
    return group->CheckCommit(call.claim, call.knows_unknown_groups);
  }
  Entry* const entry = FindEntry(group_id);
  if (entry != nullptr) {
    const ErrorCode error = entry->group.Commit(call.claim, /*transactional=*/false, TimeNow());
    if (!entry->pending()) SetTimer(*entry);
    return error;
  }
  if (call.claim.generation < 0) return ErrorCode::kNone;
  return call.knows_unknown_groups ? ErrorCode::kGroupIdNotFound : ErrorCode::kIllegalGeneration;
}

io::Task<ErrorCode> GroupCoordinator::Commit(std::string_view group_id, CommitCall call) {
  const ErrorCode refused = CheckCommit(group_id, call);
  if (refused != ErrorCode::kNone) co_return refused;
  const Now now = TimeNow();
  Change change;
  change.records = RecordsOf(group_id, call, config_.metadata_bytes_max, now);
  if (change.records.empty()) co_return ErrorCode::kNone;
  const std::string id(group_id);
  change.done = [&](ErrorCode error) {
    if (error == ErrorCode::kNone && !stopping_) SetOffsets(id, call, now);
  };
  co_return co_await Write(std::move(change));
}

void GroupCoordinator::SetOffsets(const std::string& group_id, const CommitCall& call, Now now) {
  Entry* entry = FindEntry(group_id);
  if (entry == nullptr) entry = &CreateEntry(group_id);
  for (const OffsetToCommit& each : call.offsets) {
    if (each.error != ErrorCode::kNone) continue;
    entry->offsets.Set(each.topic, each.partition, ToStore(each, call, now));
  }
}

void GroupCoordinator::Find(std::string_view group_id, std::span<OffsetQuery> queries) const {
  const Entry* const entry = FindEntry(group_id);
  if (entry == nullptr) return;
  for (OffsetQuery& query : queries) {
    const CommittedOffset* const offset = entry->offsets.Find(query.topic, query.partition);
    if (offset != nullptr) query.found = *offset;
  }
}

GroupOffsets GroupCoordinator::AllOffsets(std::string_view group_id) const {
  const Entry* const entry = FindEntry(group_id);
  return entry == nullptr ? GroupOffsets() : entry->offsets;
}

// Members of another kind than consumers may read anything.
ErrorCode GroupCoordinator::CheckDeleteOffsets(std::string_view group_id,
                                               std::span<OffsetToDelete> offsets) const {
  const ConsumerGroup* const consumers = consumers_.Find(group_id);
  const Entry* const entry = FindEntry(group_id);
  if (consumers == nullptr && entry == nullptr) return OfMissingGroup();
  const bool others = consumers == nullptr && entry->group.state() != GroupState::kEmpty &&
                      entry->group.protocol_type() != kConsumerProtocolType;
  if (others) return ErrorCode::kNonEmptyGroup;
  const std::optional<TopicSet> subscribed =
      consumers != nullptr ? consumers->SubscribedTopics() : SubscribedTopics(entry->group);
  for (OffsetToDelete& each : offsets) {
    const bool in_use = consumers != nullptr ? subscribed->contains(each.topic)
                                             : ReadsTopic(entry->group, subscribed, each.topic);
    if (each.error == ErrorCode::kNone && in_use) each.error = ErrorCode::kGroupSubscribedToTopic;
  }
  return ErrorCode::kNone;
}

io::Task<ErrorCode> GroupCoordinator::DeleteOffsets(std::string_view group_id,
                                                    std::span<OffsetToDelete> offsets) {
  const std::string id(group_id);
  ErrorCode verdict = ErrorCode::kNone;
  Change change;
  change.late = [&] {
    std::vector<LogRecord> records;
    verdict = CheckDeleteOffsets(id, offsets);
    if (verdict != ErrorCode::kNone) return records;
    const Entry* const entry = FindEntry(id);
    if (entry == nullptr) return records;
    for (const OffsetToDelete& each : offsets) {
      if (each.error != ErrorCode::kNone) continue;
      if (entry->offsets.Find(each.topic, each.partition) == nullptr) continue;
      if (auto tombstone = TombstoneOf(id, each)) records.push_back(*std::move(tombstone));
    }
    return records;
  };
  change.done = [&](ErrorCode error) {
    Entry* const entry = FindEntry(id);
    if (error != ErrorCode::kNone || verdict != ErrorCode::kNone || entry == nullptr) return;
    for (const OffsetToDelete& each : offsets) {
      if (each.error == ErrorCode::kNone) entry->offsets.Erase(each.topic, each.partition);
    }
    Apply(*entry, Outcome());
  };
  const ErrorCode written = co_await Write(std::move(change));
  co_return verdict == ErrorCode::kNone ? written : verdict;
}

}  // namespace varve::coordinator
