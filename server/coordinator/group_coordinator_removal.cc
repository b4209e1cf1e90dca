// Groups as a whole: shown, deleted, and forgotten when nobody needs them any more.

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "server/coordinator/group_coordinator.h"
#include "server/coordinator/group_expiry.h"
#include "server/coordinator/group_records.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

// What is in memory has been in the log under this very key: it can be written again.
void AddTombstone(absl::StatusOr<Buffer> key, std::vector<LogRecord>& records) {
  if (key.ok()) records.push_back({*std::move(key), std::nullopt});
}

std::vector<LogRecord> TombstonesOf(std::string_view group_id,
                                    const std::vector<TopicIndex>& offsets) {
  std::vector<LogRecord> records;
  for (const TopicIndex& each : offsets) {
    AddTombstone(WriteOffsetKey(group_id, each.topic, each.partition), records);
  }
  return records;
}

}  // namespace

GroupDescription GroupCoordinator::Describe(std::string_view group_id) const {
  const Entry* const entry = FindEntry(group_id);
  if (entry == nullptr || consumers_.Has(group_id)) return {};
  return {entry->group.state(), entry->group.Describe()};
}

std::vector<ListedGroup> GroupCoordinator::List(
    std::span<const std::string_view> states_filter,
    std::span<const std::string_view> types_filter) const {
  std::vector<ListedGroup> listed;
  for (const Entry* const entry : InOrder(groups_)) {
    if (consumers_.Has(entry->id)) continue;
    listed.push_back(
        {entry->id, entry->group.protocol_type(), Name(entry->group.state()), kGroupType});
  }
  consumers_.ForEach([&](const std::string& id, const ConsumerGroup& group) {
    listed.push_back(
        {id, std::string(kConsumerProtocolType), Name(group.state()), kConsumerGroupType});
  });
  std::erase_if(listed, [&](const ListedGroup& group) {
    return !Wanted(group.state, group.type, states_filter, types_filter);
  });
  return listed;
}

std::vector<std::string> GroupCoordinator::Ids() const {
  std::vector<std::string> ids;
  ids.reserve(groups_.size());
  for (const auto& [id, entry] : groups_) ids.emplace_back(id);
  consumers_.ForEach([&](const std::string& id, const ConsumerGroup&) {
    if (FindEntry(id) == nullptr) ids.push_back(id);
  });
  std::ranges::sort(ids);
  return ids;
}

std::optional<GroupStanding> GroupCoordinator::StandingOf(std::string_view group_id) const {
  const Entry* const entry = FindEntry(group_id);
  const ConsumerGroup* const consumers = consumers_.Find(group_id);
  GroupStanding standing;
  if (consumers != nullptr) {
    standing.protocol_type = kConsumerProtocolType;
    standing.state = Name(consumers->state());
    standing.members = consumers->members();
  } else if (entry != nullptr) {
    standing.protocol_type = entry->group.protocol_type();
    if (entry->group.protocol()) standing.protocol = *entry->group.protocol();
    standing.state = Name(entry->group.state());
    standing.members = entry->group.members();
  } else {
    return std::nullopt;
  }
  if (entry != nullptr) standing.offsets = &entry->offsets;
  return standing;
}

// Nobody is in the group, so nobody waits for it: it can be put aside while its tombstones are
// written, and whoever comes meanwhile finds a new one.
std::vector<LogRecord> GroupCoordinator::TakeGroup(Removal& removal) {
  const bool newer = consumers_.Has(removal.group_id);
  removal.consumers = consumers_.Take(removal.group_id);
  std::vector<LogRecord> records = std::move(removal.consumers.records);
  const auto found = groups_.find(removal.group_id);
  if (found == groups_.end()) return records;
  std::ranges::move(TombstonesOf(removal.group_id, found->second->offsets.All()),
                    std::back_inserter(records));
  if (!newer) AddTombstone(WriteGroupKey(removal.group_id), records);
  found->second->Cancel();
  removal.taken = std::move(found->second);
  groups_.erase(found);
  return records;
}

// The tombstones are written, or the log keeps what it had: then so do we.
void GroupCoordinator::Finish(Removal& removal, ErrorCode error) {
  if (error != ErrorCode::kNone) return PutBack(removal);
  removal.taken.reset();
  Entry* const entry = FindEntry(removal.group_id);
  if (entry == nullptr) return;
  for (const TopicIndex& each : removal.offsets) entry->offsets.Erase(each.topic, each.partition);
  if (!removal.offsets.empty()) Apply(*entry, Outcome());
}

void GroupCoordinator::PutBack(Removal& removal) {
  if (stopping_) return;
  consumers_.PutBack(removal.group_id, std::move(removal.consumers));
  if (removal.taken == nullptr) return;
  if (Entry* const entry = FindEntry(removal.group_id)) {
    entry->offsets.AddMissing(std::move(removal.taken->offsets));
    return;
  }
  SetTimer(*removal.taken);
  AddEntry(std::move(removal.taken));
}

// When the coordinator stops nobody can tell any more.
ErrorCode GroupCoordinator::OfMissingGroup() const {
  return stopping_ ? ErrorCode::kNotCoordinator : ErrorCode::kGroupIdNotFound;
}

std::vector<LogRecord> GroupCoordinator::BeginDelete(Removal& removal) {
  const bool there = FindEntry(removal.group_id) != nullptr || consumers_.Has(removal.group_id);
  if (!there) {
    removal.verdict = OfMissingGroup();
  } else if (!IsEmptyGroup(removal.group_id)) {
    removal.verdict = ErrorCode::kNonEmptyGroup;
  }
  if (removal.verdict != ErrorCode::kNone) return {};
  return TakeGroup(removal);
}

io::Task<ErrorCode> GroupCoordinator::Delete(std::string_view group_id) {
  Removal removal{.group_id = std::string(group_id)};
  Change change;
  change.late = [&] { return BeginDelete(removal); };
  change.done = [&](ErrorCode error) { Finish(removal, error); };
  const ErrorCode written = co_await Write(std::move(change));
  co_return removal.verdict == ErrorCode::kNone ? written : removal.verdict;
}

std::vector<TopicIndex> GroupCoordinator::ExpiredOf(const Entry& entry) const {
  if (const ConsumerGroup* const consumers = consumers_.Find(entry.id)) {
    const TopicSet read = consumers->SubscribedTopics();
    return entry.offsets.Expired({.since_ms = ExpiryFacts::kAtCommit, .subscribed = &read},
                                 TimeNow().wall_ms, config_.offsets_retention_ms);
  }
  const std::optional<TopicSet> subscribed = SubscribedTopics(entry.group);
  return entry.offsets.Expired(ExpiryFactsOf(entry.group, subscribed), TimeNow().wall_ms,
                               config_.offsets_retention_ms);
}

bool GroupCoordinator::HasExpired(const Entry& entry) const {
  const bool nothing = IsEmptyGroup(entry.id) && entry.offsets.empty();
  return nothing || !ExpiredOf(entry).empty();
}

std::vector<LogRecord> GroupCoordinator::BeginExpiry(Removal& removal) {
  const Entry* const entry = FindEntry(removal.group_id);
  if (entry != nullptr) removal.offsets = ExpiredOf(*entry);
  const bool all = entry == nullptr || removal.offsets.size() == entry->offsets.size();
  if (!all || !IsEmptyGroup(removal.group_id)) {
    return TombstonesOf(removal.group_id, removal.offsets);
  }
  removal.offsets.clear();
  return TakeGroup(removal);
}

io::Task<void> GroupCoordinator::ExpireOne(std::string group_id) {
  Removal removal{.group_id = std::move(group_id)};
  Change change;
  change.late = [&] { return BeginExpiry(removal); };
  change.done = [&](ErrorCode error) { Finish(removal, error); };
  // What could not be written now is looked at again next time.
  static_cast<void>(co_await Write(std::move(change)));
}

io::Task<void> GroupCoordinator::ExpireOffsets() {
  std::vector<std::string> ids;
  for (const Entry* const entry : InOrder(groups_)) {
    if (HasExpired(*entry)) ids.push_back(entry->id);
  }
  consumers_.ForEach([&](const std::string& id, const ConsumerGroup& group) {
    if (group.empty() && FindEntry(id) == nullptr) ids.push_back(id);
  });
  for (const std::string& id : ids) {
    if (stopping_) co_return;
    co_await ExpireOne(id);
  }
}

}  // namespace varve::coordinator
