#include "server/coordinator/group_coordinator.h"

#include <algorithm>
#include <chrono>

#include "engine/base/check.h"
#include "server/coordinator/group_records.h"

namespace varve::coordinator {

using wire::ErrorCode;

void GroupCoordinator::Entry::Fire(io::Timer& timer) {
  auto& entry = static_cast<Entry&>(timer);
  entry.owner.OnDeadline(entry);
}

GroupCoordinator::GroupCoordinator(const Env& env)
    : loop_(env.loop),
      log_(env.log),
      config_(env.config),
      writer_(env.loop, env.log, env.config.codec, env.error_of_append),
      consumers_({env.loop, writer_, env.config.consumer, env.topics}),
      stop_(env.loop),
      calls_(env.loop),
      running_(env.loop) {}

GroupCoordinator::~GroupCoordinator() = default;

void GroupCoordinator::Start() { VARVE_CHECK(running_.Spawn(Run()), "it starts before it stops"); }

void GroupCoordinator::BeginStop() {
  if (std::exchange(stopping_, true)) return;
  stop_.Set();
  consumers_.Clear();
  const Groups gone = std::exchange(groups_, {});
  for (Entry* const entry : InOrder(gone)) {
    Outcome out;
    entry->group.Drop(ErrorCode::kNotCoordinator, TimeNow(), out);
    AnswerParked(out);
  }
}

io::Task<void> GroupCoordinator::Stop() {
  BeginStop();
  co_await running_.Close();
  co_await calls_.Close();
  co_await writer_.Close();
}

ErrorCode GroupCoordinator::Enter() {
  if (stopping_) return ErrorCode::kNotCoordinator;
  if (not_ready_ != ErrorCode::kNone) return not_ready_;
  return calls_.Enter() ? ErrorCode::kNone : ErrorCode::kNotCoordinator;
}

Now GroupCoordinator::TimeNow() const {
  const auto since = loop_.Now().time_since_epoch();
  return {.mono_ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count(),
          .wall_ms = loop_.clock().WallMillis()};
}

GroupCoordinator::Entry* GroupCoordinator::FindEntry(std::string_view group_id) const {
  const auto found = groups_.find(group_id);
  return found == groups_.end() ? nullptr : found->second.get();
}

GroupCoordinator::Entry& GroupCoordinator::CreateEntry(std::string_view group_id) {
  return AddEntry(std::make_unique<Entry>(*this, std::string(group_id),
                                          Group(&config_.group, TimeNow()), ++last_serial_));
}

GroupCoordinator::Entry& GroupCoordinator::AddEntry(EntryRef entry) {
  Entry& added = *entry;
  VARVE_CHECK(groups_.emplace(added.id, std::move(entry)).second, "a group is made once");
  return added;
}

std::vector<GroupCoordinator::Entry*> GroupCoordinator::InOrder(const Groups& groups) {
  std::vector<Entry*> entries;
  entries.reserve(groups.size());
  for (const auto& [id, entry] : groups) entries.push_back(entry.get());
  std::ranges::sort(entries, {}, &Entry::id);
  return entries;
}

template <typename Answer>
void GroupCoordinator::Unpark(Parking<Answer>& parking, Token token, Answer answer) {
  const auto found = parking.find(token);
  VARVE_CHECK(found != parking.end(), "token {} was answered before", token);
  Parked<Answer>& parked = *found->second;
  parking.erase(found);
  parked.answer = std::move(answer);
  parked.answered.Set();
}

void GroupCoordinator::AnswerParked(Outcome& out) {
  for (JoinReply& reply : out.joins) Unpark(joins_, reply.token, std::move(reply.answer));
  for (SyncReply& reply : out.syncs) Unpark(syncs_, reply.token, std::move(reply.answer));
}

// Does what the group asks for. The entry may be gone afterwards.
void GroupCoordinator::Apply(Entry& entry, Outcome out) {
  AnswerParked(out);
  if (out.store) Store(entry, *out.store);
  if (entry.group.unused() && entry.offsets.empty()) {
    groups_.erase(std::string(entry.id));
    return;
  }
  SetTimer(entry);
}

void GroupCoordinator::SetTimer(Entry& entry) {
  const int64_t deadline_ms = entry.group.next_deadline_ms();
  if (deadline_ms == kNever) {
    entry.Cancel();
  } else {
    loop_.timers().Add(entry, io::MonoTime(std::chrono::milliseconds(deadline_ms)));
  }
}

void GroupCoordinator::OnDeadline(Entry& entry) {
  Outcome out;
  entry.group.OnDeadline(TimeNow(), out);
  Apply(entry, std::move(out));
}

void GroupCoordinator::Store(Entry& entry, StoreId id) {
  Change change;
  auto key = WriteGroupKey(entry.id);
  auto value = WriteGroupValue(entry.group.ToRecord());
  if (key.ok() && value.ok()) {
    change.records.push_back({*std::move(key), *std::move(value)});
  } else {
    change.refused = ErrorCode::kUnknownServerError;
  }
  change.done = [this, group_id = entry.id, serial = entry.serial, id](ErrorCode error) {
    OnStored(group_id, serial, id, error);
  };
  writer_.Add(std::move(change));
}

void GroupCoordinator::OnStored(const std::string& group_id, uint64_t serial, StoreId id,
                                ErrorCode error) {
  Entry* const entry = FindEntry(group_id);
  if (entry == nullptr || entry->serial != serial) return;
  Outcome out;
  entry->group.Stored(id, error, TimeNow(), out);
  Apply(*entry, std::move(out));
}

io::Task<ErrorCode> GroupCoordinator::Write(Change change) {
  io::Event written(loop_);
  ErrorCode result = ErrorCode::kNone;
  const auto then = std::move(change.done);
  change.done = [&](ErrorCode error) {
    then(error);
    result = error;
    written.Set();
  };
  writer_.Add(std::move(change));
  co_await written.Wait();
  co_return result;
}

// ---- Members ----

io::Task<void> GroupCoordinator::Join(std::string_view group_id, JoinCall call,
                                      JoinAnswer& answer) {
  if (!MakeClassic(group_id)) {
    answer.error = ErrorCode::kInconsistentGroupProtocol;
    answer.member_id = call.member_id;
    co_return;
  }
  Entry* entry = FindEntry(group_id);
  if (entry == nullptr && !call.member_id.empty()) {
    answer.error = ErrorCode::kUnknownMemberId;
    answer.member_id = call.member_id;
    co_return;
  }
  if (entry == nullptr) entry = &CreateEntry(group_id);
  call.token = ++last_token_;
  Parked<JoinAnswer> parked(loop_, answer);
  joins_.emplace(call.token, &parked);
  Outcome out;
  entry->group.Join(call, TimeNow(), out);
  Apply(*entry, std::move(out));
  co_await parked.answered.Wait();
}

io::Task<void> GroupCoordinator::Sync(std::string_view group_id, SyncCall call,
                                      SyncAnswer& answer) {
  Entry* const entry = FindEntry(group_id);
  if (entry == nullptr) {
    answer.error = ErrorCode::kUnknownMemberId;
    co_return;
  }
  call.token = ++last_token_;
  Parked<SyncAnswer> parked(loop_, answer);
  syncs_.emplace(call.token, &parked);
  Outcome out;
  entry->group.Sync(call, TimeNow(), out);
  Apply(*entry, std::move(out));
  co_await parked.answered.Wait();
}

// It only moves a session's end away: a timer that is set need not be moved.
ErrorCode GroupCoordinator::Heartbeat(std::string_view group_id, const MemberClaim& claim) {
  Entry* const entry = FindEntry(group_id);
  if (entry == nullptr) return ErrorCode::kUnknownMemberId;
  const ErrorCode error = entry->group.Heartbeat(claim, TimeNow());
  if (!entry->pending()) SetTimer(*entry);
  return error;
}

// They have left, whether that can be written or not: who cannot be told of it comes to know when
// its session ends.
io::Task<void> GroupCoordinator::LeaveGroup(std::string_view group_id,
                                            std::span<const Leaver> leavers,
                                            std::vector<ErrorCode>& errors) {
  Entry* const entry = FindEntry(group_id);
  if (entry == nullptr) {
    errors.assign(leavers.size(), ErrorCode::kUnknownMemberId);
    co_return;
  }
  Outcome out;
  errors = entry->group.Leave(leavers, TimeNow(), out);
  const bool written = out.store.has_value();
  Apply(*entry, std::move(out));
  if (!written) co_return;
  Change behind_it;
  behind_it.done = [](ErrorCode) {};
  static_cast<void>(co_await Write(std::move(behind_it)));
}

}  // namespace varve::coordinator
