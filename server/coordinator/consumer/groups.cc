#include "server/coordinator/consumer/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/base/check.h"
#include "server/wire/consumer_group_heartbeat.h"

namespace varve::coordinator {

using wire::ErrorCode;

void ConsumerGroups::Entry::Fire(io::Timer& timer) {
  auto& entry = static_cast<Entry&>(timer);
  entry.owner.OnDeadline(entry);
}

Now ConsumerGroups::TimeNow() const {
  const auto since = env_.loop.Now().time_since_epoch();
  return {.mono_ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count(),
          .wall_ms = env_.loop.clock().WallMillis()};
}

ConsumerGroups::Entry* ConsumerGroups::FindEntry(std::string_view group_id) const {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : found->second.get();
}

ConsumerGroups::Entry* ConsumerGroups::FindEntry(std::string_view group_id, uint64_t serial) const {
  Entry* const entry = FindEntry(group_id);
  return entry != nullptr && entry->serial == serial ? entry : nullptr;
}

ConsumerGroups::Entry& ConsumerGroups::AddEntry(const std::string& group_id,
                                                std::unique_ptr<ConsumerGroup> group) {
  auto entry = std::make_unique<Entry>(*this, group_id, std::move(group), ++last_serial_);
  Entry& added = *entry;
  VARVE_CHECK(groups_.emplace(added.id, std::move(entry)).second, "a group is made once");
  return added;
}

std::unique_ptr<ConsumerGroup> ConsumerGroups::NewGroup() const {
  return std::make_unique<ConsumerGroup>(&env_.config, &env_.topics);
}

const ConsumerGroup* ConsumerGroups::Find(std::string_view group_id) const {
  const Entry* const entry = FindEntry(group_id);
  return entry == nullptr ? nullptr : entry->group.get();
}

bool ConsumerGroups::HasEmpty(std::string_view group_id) const {
  const ConsumerGroup* const group = Find(group_id);
  return group != nullptr && group->empty();
}

void ConsumerGroups::ForEach(
    const std::function<void(const std::string&, const ConsumerGroup&)>& function) const {
  std::vector<const Entry*> entries;
  entries.reserve(groups_.size());
  for (const auto& [id, entry] : groups_) entries.push_back(entry.get());
  std::ranges::sort(entries, {}, &Entry::id);
  for (const Entry* const entry : entries) function(entry->id, *entry->group);
}

io::Task<void> ConsumerGroups::Heartbeat(std::string_view group_id, HeartbeatCall call,
                                         HeartbeatAnswer& answer) {
  Entry* entry = FindEntry(group_id);
  if (entry == nullptr && call.epoch != wire::kJoinEpoch) {
    answer.error = ErrorCode::kGroupIdNotFound;
    answer.message = fmt::format("Consumer group {} not found.", group_id);
    co_return;
  }
  if (entry == nullptr) entry = &AddEntry(std::string(group_id), NewGroup());
  answer = entry->group->Heartbeat(call, TimeNow());
  if (entry->group->unused()) {
    groups_.erase(group_id);
    co_return;
  }
  SetTimer(*entry);
  if (!entry->group->changed() && entry->writing == 0) co_return;
  const ErrorCode written = co_await StoreAndWait(*entry);
  if (written == ErrorCode::kNone) co_return;
  answer = {};
  answer.error = written;
}

void ConsumerGroups::SetTimer(Entry& entry) {
  const int64_t deadline_ms = entry.group->next_deadline_ms();
  if (deadline_ms == kNever) {
    entry.Cancel();
  } else {
    env_.loop.timers().Add(entry, io::MonoTime(std::chrono::milliseconds(deadline_ms)));
  }
}

// What cannot be written now is written with the next change.
void ConsumerGroups::OnDeadline(Entry& entry) {
  entry.group->OnDeadline(TimeNow());
  SetTimer(entry);
  if (entry.group->changed()) Store(entry, [](ErrorCode) {});
}

// What is to be written is found out when its turn has come: whatever failed before it goes along.
void ConsumerGroups::Store(Entry& entry, const std::function<void(ErrorCode)>& then) {
  ++entry.writing;
  const auto ids = std::make_shared<std::vector<RecordId>>();
  Change change;
  change.late = [this, id = entry.id, serial = entry.serial, ids] {
    Entry* const found = FindEntry(id, serial);
    if (found == nullptr) return std::vector<LogRecord>();
    ConsumerGroup::Changes changes = found->group->Take(id);
    *ids = std::move(changes.ids);
    return std::move(changes.records);
  };
  change.done = [this, id = entry.id, serial = entry.serial, ids, then](ErrorCode error) {
    Entry* const found = FindEntry(id, serial);
    if (found == nullptr) return then(ErrorCode::kNotCoordinator);
    --found->writing;
    if (error != ErrorCode::kNone) found->group->NotWritten(*ids);
    then(error);
  };
  env_.writer.Add(std::move(change));
}

io::Task<ErrorCode> ConsumerGroups::StoreAndWait(Entry& entry) {
  io::Event written(env_.loop);
  ErrorCode result = ErrorCode::kNone;
  const auto then = [&](ErrorCode error) {
    result = error;
    written.Set();
  };
  Store(entry, then);
  co_await written.Wait();
  co_return result;
}

void ConsumerGroups::Adopt(const std::string& group_id, StoredConsumerGroup stored, Now now) {
  auto group = std::make_unique<ConsumerGroup>(
      ConsumerGroup::Restore(&env_.config, &env_.topics, std::move(stored), now));
  SetTimer(AddEntry(group_id, std::move(group)));
}

ConsumerGroups::Taken ConsumerGroups::Take(std::string_view group_id) {
  Taken taken;
  const auto found = groups_.find(group_id);
  if (found == groups_.end()) return taken;
  VARVE_CHECK(found->second->group->empty(), "nobody is asked to leave");
  taken.group = std::move(found->second->group);
  taken.records = taken.group->Tombstones(group_id);
  groups_.erase(found);
  return taken;
}

void ConsumerGroups::PutBack(const std::string& group_id, Taken taken) {
  if (taken.group == nullptr || Has(group_id)) return;
  SetTimer(AddEntry(group_id, std::move(taken.group)));
}

}  // namespace varve::coordinator
