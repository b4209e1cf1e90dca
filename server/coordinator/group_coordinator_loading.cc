// How a coordinator begins, and what it does by itself from then on.

#include <chrono>
#include <utility>

#include "server/coordinator/group_coordinator.h"
#include "server/coordinator/loading.h"
#include "server/logging.h"

namespace varve::coordinator {
namespace {

using wire::ErrorCode;

constexpr size_t kAdoptedInATurn = 64;
constexpr auto kPauseAfterFailure = std::chrono::seconds(30);

void Report(const std::string& directory, const GroupReplay& replay, size_t groups) {
  if (replay.records() == 0) return;
  LogInfo("{}: {} groups, from {} records", directory, groups, replay.records());
  if (replay.passed_over() == 0) return;
  LogWarning("{}: {} records of groups were passed over, the first because of {}", directory,
             replay.passed_over(), replay.first_complaint());
}

}  // namespace

// Whether all groups are there. What could not be read once may be read another time; groups of
// which a part is missing are never served, as members would begin again from the wrong place.
io::Task<bool> GroupCoordinator::Load() {
  auto loaded = co_await LoadGroups(loop_, log_, stop_);
  if (stopping_) co_return false;
  if (!loaded.ok()) {
    LogError("groups in {} cannot be served: {}", log_.directory(), loaded.status().ToString());
    not_ready_ = ErrorCode::kNotCoordinator;
    co_return false;
  }
  GroupReplay::Groups found = loaded->Take();
  const size_t count = found.size();
  co_await Adopt(std::move(found));
  if (stopping_) co_return false;
  Report(log_.directory(), *loaded, count);
  not_ready_ = ErrorCode::kNone;
  co_return true;
}

io::Task<void> GroupCoordinator::Run() {
  bool loaded = co_await Load();
  while (!loaded) {
    if (!co_await io::SleepUnless(stop_, kPauseAfterFailure)) co_return;
    loaded = co_await Load();
  }
  const auto pause = std::chrono::milliseconds(config_.retention_check_ms);
  while (co_await io::SleepUnless(stop_, pause)) co_await ExpireOffsets();
}

io::Task<void> GroupCoordinator::Adopt(GroupReplay::Groups groups) {
  size_t adopted = 0;
  for (auto& [id, stored] : groups) {
    AdoptOne(id, std::move(stored));
    if (++adopted % kAdoptedInATurn != 0) continue;
    io::Yield turn{loop_};
    co_await turn;
    if (stopping_) co_return;
  }
}

// Of both protocols: one became the other, and its end could not be written.
void GroupCoordinator::AdoptOne(const std::string& group_id, GroupReplay::Stored stored) {
  const bool classic_members = stored.record && !stored.record->members.empty();
  const bool newer = stored.consumers.epoch && (stored.consumers.has_members() || !classic_members);
  if (newer) consumers_.Adopt(group_id, std::move(stored.consumers), TimeNow());
  Entry& entry = CreateEntry(group_id);
  entry.offsets = std::move(stored.offsets);
  if (stored.record && !newer) AdoptClassic(entry, *stored.record);
  Apply(entry, Outcome());
}

// A group whose record makes no sense goes on with its offsets: members join anew.
void GroupCoordinator::AdoptClassic(Entry& entry, const GroupRecord& record) {
  absl::StatusOr<Group> restored = Group::Restore(&config_.group, record, TimeNow());
  if (restored.ok()) {
    entry.group = *std::move(restored);
  } else {
    LogWarning("group {} lost its members: {}", entry.id, std::string(restored.status().message()));
  }
}

}  // namespace varve::coordinator
