#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/io/timer_wheel.h"
#include "engine/log/log.h"
#include "server/coordinator/calls.h"
#include "server/coordinator/consumer/groups.h"
#include "server/coordinator/consumer/topics.h"
#include "server/coordinator/coordinator_config.h"
#include "server/coordinator/group.h"
#include "server/coordinator/group_offsets.h"
#include "server/coordinator/group_replay.h"
#include "server/coordinator/offset_calls.h"
#include "server/coordinator/record_writer.h"
#include "server/coordinator/text_hash.h"
#include "server/wire/error.h"

namespace varve::coordinator {

// Looks after the groups whose ids fall to one partition of __consumer_offsets: their members,
// their offsets, and the records of both in that partition's log. Groups of the newer protocol have
// their members in a class of their own (ConsumerGroups); their offsets are here. A group without
// members becomes one of the other protocol when somebody joins it by that; one with members never
// does (Kafka's group.consumer.migration.policy "disabled").
//
//   coordinator.Start();                            // begins to load
//   ErrorCode error = coordinator.Enter();          // may it be called?
//   if (error == kNone) {
//     co_await coordinator.Join(id, call, answer);  // done when the group answers
//     coordinator.Leave();
//   }
//   co_await coordinator.Stop();                    // before the log is closed
//
// What a commit or a delete has acknowledged is in the log, as safe as acks=all makes it, and is
// found again after whatever the log survives. A group's generation is in the log before any
// member learns its share.
//
// Lifetime  What Env refers to outlives it. Stop has ended before its destructor. What a call
//           refers to lives until it is done.
// Threads   One loop, the log's.
// Errors    As clients are to be told.
class GroupCoordinator {
 public:
  struct Env {
    io::Loop& loop;
    log::Log& log;
    const CoordinatorConfig& config;
    RecordWriter::ErrorOf error_of_append;
    const TopicCatalog& topics;
  };
  explicit GroupCoordinator(const Env& env);
  ~GroupCoordinator();
  GroupCoordinator(const GroupCoordinator&) = delete;
  GroupCoordinator& operator=(const GroupCoordinator&) = delete;

  void Start();
  // Answers all that waits for others (kNotCoordinator), and takes no more calls.
  void BeginStop();
  // The same, and waits for calls that are under way and for what is being written.
  io::Task<void> Stop();

  // Before and after each of the calls below. kCoordinatorLoadInProgress; kNotCoordinator: it
  // stops, or the log could not be read, which is tried again now and then. After an error there
  // is no Leave.
  wire::ErrorCode Enter();
  void Leave() { calls_.Leave(); }

  // ---- Members: see group.h ----

  // The token is filled in here.
  io::Task<void> Join(std::string_view group_id, JoinCall call, JoinAnswer& answer);
  io::Task<void> Sync(std::string_view group_id, SyncCall call, SyncAnswer& answer);
  wire::ErrorCode Heartbeat(std::string_view group_id, const MemberClaim& claim);
  // One error for each leaver. If the group is empty then, that is in the log first.
  io::Task<void> LeaveGroup(std::string_view group_id, std::span<const Leaver> leavers,
                            std::vector<wire::ErrorCode>& errors);

  // ---- Members of groups of the newer protocol: see consumer/group.h ----

  // kGroupIdNotFound: there is no such group, or it is one of the classic protocol with members;
  // kInvalidGroupId: the id is too long.
  io::Task<void> ConsumerHeartbeat(std::string_view group_id, HeartbeatCall call,
                                   HeartbeatAnswer& answer);
  // Whether somebody who says that he is a member may learn offsets. Of a classic group anybody
  // may.
  wire::ErrorCode CheckFetch(std::string_view group_id, std::string_view member_id,
                             int32_t epoch) const;
  // State kDead: there is no such group.
  ConsumerGroupDescription DescribeConsumers(std::string_view group_id) const;

  // ---- Offsets ----

  // The error of all entries; beside those of single ones: kOffsetMetadataTooLarge.
  io::Task<wire::ErrorCode> Commit(std::string_view group_id, CommitCall call);
  void Find(std::string_view group_id, std::span<OffsetQuery> queries) const;
  GroupOffsets AllOffsets(std::string_view group_id) const;
  // kGroupIdNotFound, kNonEmptyGroup; of single entries: kGroupSubscribedToTopic.
  io::Task<wire::ErrorCode> DeleteOffsets(std::string_view group_id,
                                          std::span<OffsetToDelete> offsets);
  // Those that nobody needs any more, and groups of which nothing is left, as the passing of time
  // does now and then.
  io::Task<void> ExpireOffsets();

  // ---- Groups ----

  // State kDead: there is no such group, or it is one of the newer protocol.
  GroupDescription Describe(std::string_view group_id) const;
  // In the order of their ids. For the filters see Wanted.
  std::vector<ListedGroup> List(std::span<const std::string_view> states_filter,
                                std::span<const std::string_view> types_filter) const;
  // kGroupIdNotFound, kNonEmptyGroup
  io::Task<wire::ErrorCode> Delete(std::string_view group_id);

  // All groups, and those of which only offsets are known, of either protocol, in order.
  std::vector<std::string> Ids() const;
  // How one of them stands; nothing: it is gone. Valid until the next call of anything.
  std::optional<GroupStanding> StandingOf(std::string_view group_id) const;

 private:
  // A group, and its one timer.
  struct Entry : io::Timer {
    Entry(GroupCoordinator& coordinator, std::string group_id, Group state, uint64_t number)
        : Timer(&Entry::Fire),
          owner(coordinator),
          id(std::move(group_id)),
          group(std::move(state)),
          serial(number) {}
    static void Fire(io::Timer& timer);

    GroupCoordinator& owner;
    const std::string id;
    Group group;
    GroupOffsets offsets{};
    const uint64_t serial;  // a later group of the same id has another
  };
  using EntryRef = std::unique_ptr<Entry>;
  // By the entries' own ids: a heartbeat costs the same however many there are.
  using Groups = absl::flat_hash_map<std::string_view, EntryRef, TextHash, std::equal_to<>>;

  // A call that waits for its answer.
  template <typename Answer>
  struct Parked {
    Parked(io::Loop& loop, Answer& where) : answered(loop), answer(where) {}
    io::Event answered;
    Answer& answer;
  };
  template <typename Answer>
  using Parking = absl::flat_hash_map<Token, Parked<Answer>*>;

  template <typename Answer>
  static void Unpark(Parking<Answer>& parking, Token token, Answer answer);

  Now TimeNow() const;
  Entry* FindEntry(std::string_view group_id) const;
  Entry& CreateEntry(std::string_view group_id);
  Entry& AddEntry(EntryRef entry);
  // By their ids, so that what is done with all of them is done in the same order always.
  static std::vector<Entry*> InOrder(const Groups& groups);
  void Apply(Entry& entry, Outcome out);
  void SetTimer(Entry& entry);
  void AnswerParked(Outcome& out);
  void Store(Entry& entry, StoreId id);
  void OnStored(const std::string& group_id, uint64_t serial, StoreId id, wire::ErrorCode error);
  void OnDeadline(Entry& entry);

  // Done when the change is. `change.done` is called before.
  io::Task<wire::ErrorCode> Write(Change change);

  // group_coordinator_loading.cc
  io::Task<void> Run();
  io::Task<bool> Load();
  io::Task<void> Adopt(GroupReplay::Groups groups);
  void AdoptOne(const std::string& group_id, GroupReplay::Stored stored);
  void AdoptClassic(Entry& entry, const GroupRecord& record);

  // group_coordinator_consumers.cc
  bool MakeClassic(std::string_view group_id);
  bool MayJoinAsConsumer(std::string_view group_id);
  bool IsEmptyGroup(std::string_view group_id) const;

  // group_coordinator_offsets.cc
  wire::ErrorCode CheckCommit(std::string_view group_id, const CommitCall& call);
  void SetOffsets(const std::string& group_id, const CommitCall& call, Now now);
  wire::ErrorCode CheckDeleteOffsets(std::string_view group_id,
                                     std::span<OffsetToDelete> offsets) const;

  // group_coordinator_removal.cc
  // What becomes of an expiry or a delete.
  struct Removal {
    std::string group_id{};
    wire::ErrorCode verdict = wire::ErrorCode::kNone;
    std::vector<TopicIndex> offsets{};  // of a group that stays
    EntryRef taken{};                   // of one that goes, until its tombstones are written
    ConsumerGroups::Taken consumers{};  // likewise
  };
  wire::ErrorCode OfMissingGroup() const;
  std::vector<TopicIndex> ExpiredOf(const Entry& entry) const;
  bool HasExpired(const Entry& entry) const;
  io::Task<void> ExpireOne(std::string group_id);
  std::vector<LogRecord> BeginExpiry(Removal& removal);
  std::vector<LogRecord> BeginDelete(Removal& removal);
  std::vector<LogRecord> TakeGroup(Removal& removal);
  void PutBack(Removal& removal);
  void Finish(Removal& removal, wire::ErrorCode error);

  io::Loop& loop_;
  log::Log& log_;
  const CoordinatorConfig& config_;
  RecordWriter writer_;
  ConsumerGroups consumers_;
  Groups groups_;
  Parking<JoinAnswer> joins_;
  Parking<SyncAnswer> syncs_;
  Token last_token_ = 0;
  uint64_t last_serial_ = 0;
  wire::ErrorCode not_ready_ = wire::ErrorCode::kCoordinatorLoadInProgress;  // kNone: it is
  bool stopping_ = false;
  io::Event stop_;
  io::Gate calls_;
  io::Gate running_;
};

}  // namespace varve::coordinator
