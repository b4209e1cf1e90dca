// Groups as a whole: shown, deleted, and forgotten when nobody needs them any more.

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
  if (entry == nullptr) return {};
  return {entry->group.state(), entry->group.Describe()};
}

std::vector<ListedGroup> GroupCoordinator::List(
    std::span<const std::string_view> states_filter,
    std::span<const std::string_view> types_filter) const {
  std::vector<ListedGroup> listed;
  for (const auto& [id, entry] : groups_) {
    const GroupState state = entry->group.state();
    if (!Wanted(state, states_filter, types_filter)) continue;
    listed.push_back({id, entry->group.protocol_type(), state});
  }
  return listed;
}

bool GroupCoordinator::VisitSome(std::optional<std::string>& after, size_t work_max,
                                 Visitor visitor) const {
  auto at = after ? groups_.upper_bound(*after) : groups_.begin();
  for (size_t work = 0; at != groups_.end() && work < work_max; ++at) {
    const Entry& entry = *at->second;
    visitor(entry.id, entry.group, entry.offsets);
    work += 1 + entry.offsets.size();
    after = entry.id;
  }
  return at != groups_.end();
}

// Nobody is in the group, so nobody waits for it: it can be put aside while its tombstones are
// written, and whoever comes meanwhile finds a new one.
std::vector<LogRecord> GroupCoordinator::TakeGroup(Entry& entry, Removal& removal) {
  std::vector<LogRecord> records = TombstonesOf(entry.id, entry.offsets.All());
  AddTombstone(WriteGroupKey(entry.id), records);
  entry.Cancel();
  const auto found = groups_.find(entry.id);
  removal.taken = std::move(found->second);
  groups_.erase(found);
  return records;
}

// The tombstones are written, or the log keeps what it had: then so do we.
void GroupCoordinator::Finish(Removal& removal, ErrorCode error) {
  Entry* const entry = FindEntry(removal.group_id);
  if (error == ErrorCode::kNone) {
    removal.taken.reset();
    if (entry == nullptr) return;
    for (const TopicIndex& each : removal.offsets) entry->offsets.Erase(each.topic, each.partition);
    if (!removal.offsets.empty()) Apply(*entry, Outcome());
  } else if (removal.taken != nullptr && !stopping_) {
    if (entry != nullptr) {
      entry->offsets.AddMissing(std::move(removal.taken->offsets));
    } else {
      SetTimer(*removal.taken);
      groups_[removal.group_id] = std::move(removal.taken);
    }
  }
}

// When the coordinator stops nobody can tell any more.
ErrorCode GroupCoordinator::OfMissingGroup() const {
  return stopping_ ? ErrorCode::kNotCoordinator : ErrorCode::kGroupIdNotFound;
}

std::vector<LogRecord> GroupCoordinator::BeginDelete(Removal& removal) {
  Entry* const entry = FindEntry(removal.group_id);
  removal.verdict = entry == nullptr ? OfMissingGroup() : entry->group.CheckDelete();
  if (removal.verdict != ErrorCode::kNone) return {};
  return TakeGroup(*entry, removal);
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
  const std::optional<TopicSet> subscribed = SubscribedTopics(entry.group);
  return entry.offsets.Expired(ExpiryFactsOf(entry.group, subscribed), TimeNow().wall_ms,
                               config_.offsets_retention_ms);
}

bool GroupCoordinator::HasExpired(const Entry& entry) const {
  const bool nothing = entry.group.state() == GroupState::kEmpty && entry.offsets.empty();
  return nothing || !ExpiredOf(entry).empty();
}

std::vector<LogRecord> GroupCoordinator::BeginExpiry(Removal& removal) {
  Entry* const entry = FindEntry(removal.group_id);
  if (entry == nullptr) return {};
  removal.offsets = ExpiredOf(*entry);
  const bool all = removal.offsets.size() == entry->offsets.size();
  if (!all || entry->group.state() != GroupState::kEmpty) {
    return TombstonesOf(entry->id, removal.offsets);
  }
  removal.offsets.clear();
  return TakeGroup(*entry, removal);
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
  for (const auto& [id, entry] : groups_) {
    if (HasExpired(*entry)) ids.push_back(id);
  }
  for (const std::string& id : ids) {
    if (stopping_) co_return;
    co_await ExpireOne(id);
  }
}

}  // namespace varve::coordinator
