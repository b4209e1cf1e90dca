#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/calls.h"
#include "server/coordinator/consumer/assignment.h"
#include "server/coordinator/consumer/calls.h"
#include "server/coordinator/consumer/member.h"
#include "server/coordinator/consumer/records.h"
#include "server/coordinator/consumer/topics.h"
#include "server/coordinator/consumer/unwritten.h"
#include "server/coordinator/record_writer.h"
#include "server/coordinator/subscription.h"
#include "server/wire/error.h"

namespace varve::coordinator {

// A group of the newer protocol (KIP-848): the broker divides the partitions, and each member
// comes to its share by itself, heartbeat by heartbeat. A state machine without I/O, threads or a
// clock.
//
//   group epoch     rises when members, what they read, or those topics change
//   target epoch    the group epoch for which the partitions were divided
//   member's epoch  the target epoch to which the member has come
//
// Its owner
//   * writes to the log what has changed (Take), and answers no heartbeat before that is done;
//     what could not be written it gives back (NotWritten).
//   * keeps one timer, set to next_deadline_ms() after each call, which calls OnDeadline. Calling
//     it early does nothing.
//
// Rules     Kafka 4's. A static member that takes over another's place needs no room of its own,
//           where Kafka turns it away from a full group.
// Costs     A heartbeat that changes nothing looks at its own member only. A change looks at all
//           members and at all partitions that they read.
// Lifetime  Config and topics outlive the group; they may change between calls. Movable.
// Threads   One at a time.
// Errors    As clients are to be told.
class ConsumerGroup {
 public:
  ConsumerGroup(const ConsumerConfig* config, const TopicCatalog* topics)
      : config_(config), topics_(topics) {}
  // A group as its records tell; sessions begin anew.
  static ConsumerGroup Restore(const ConsumerConfig* config, const TopicCatalog* topics,
                               StoredConsumerGroup stored, Now now);

  // ---- Requests ----

  // Joins, stays, leaves. The caller has checked the call (CheckHeartbeat).
  //   kUnknownMemberId, kFencedMemberEpoch, kFencedInstanceId, kUnreleasedInstanceId,
  //   kGroupMaxSizeReached
  HeartbeatAnswer Heartbeat(const HeartbeatCall& call, Now now);

  // Whether offsets may be committed, or fetched by somebody who says that he is a member.
  //   kUnknownMemberId, kStaleMemberEpoch; kUnsupportedVersion: `knows_epochs` is not so
  wire::ErrorCode CheckCommit(const MemberClaim& claim, bool knows_epochs) const;
  wire::ErrorCode CheckFetch(std::string_view member_id, int32_t epoch) const;

  // ---- From the owner ----

  // Sessions, and times for giving partitions up, that end by now.
  void OnDeadline(Now now);
  int64_t next_deadline_ms() const { return deadline_ms_; }  // monotonic; kNever if there is none

  bool changed() const { return !unwritten_.empty(); }
  struct Changes {
    std::vector<RecordId> ids{};
    std::vector<LogRecord> records{};
  };
  // What is to be written now.
  Changes Take(std::string_view group_id);
  void NotWritten(const std::vector<RecordId>& ids) { unwritten_.AddAgain(ids); }
  // What ends the group in the log. It has no members.
  std::vector<LogRecord> Tombstones(std::string_view group_id);

  // ---- What it is ----

  ConsumerState state() const;
  bool empty() const { return members_.empty(); }
  size_t members() const { return members_.size(); }
  // Nothing is in the log, and nobody is here.
  bool unused() const { return epoch_.epoch == 0 && empty() && unwritten_.empty(); }
  TopicSet SubscribedTopics() const;
  ConsumerGroupDescription Describe() const;

 private:
  // Nodes stay where they are.
  using Members = std::map<std::string, ConsumerMember, std::less<>>;
  using Place = Members::iterator;

  // group_members.cc
  Place Admit(const HeartbeatCall& call, HeartbeatAnswer& answer);
  Place AdmitStatic(const HeartbeatCall& call, HeartbeatAnswer& answer);
  Place AdmitNew(const HeartbeatCall& call, HeartbeatAnswer& answer);
  Place TakeOver(Place old, std::string_view member_id);
  HeartbeatAnswer Leave(const HeartbeatCall& call, Now now);
  void LeaveForAWhile(Place place);
  void Remove(Place place);
  bool Update(Place place, const HeartbeatCall& call);

  // group_division.cc
  Assignor ChosenAssignor() const;
  void AddTopicsOf(const ConsumerMember& member, TopicSet& names) const;
  bool LookAtTopics(Now now);
  void ResolveExpressions(Now now);
  void RaiseEpoch();
  void Divide();

  // group.cc
  void Advance(Place place, const HeartbeatCall& call, Now now);
  void SetShare(Place place, MemberShare share);
  void Count(const MemberShare& share, int32_t change);
  bool IsTaken(const TopicPartition& partition) const { return taken_.contains(partition); }
  void Expect(int64_t deadline_ms) { deadline_ms_ = std::min(deadline_ms_, deadline_ms); }

  // group_writing.cc
  absl::StatusOr<std::optional<Buffer>> ValueOf(const RecordId& id) const;

  const ConsumerConfig* config_;
  const TopicCatalog* topics_;
  Members members_;
  std::map<std::string, std::string, std::less<>> static_;  // member ids by instance id
  std::map<std::string, Resolved, std::less<>> expressions_;
  absl::flat_hash_map<TopicPartition, int32_t> taken_;  // how many have it, or have to give it up
  GroupEpoch epoch_;
  int32_t target_epoch_ = 0;
  bool has_topics_record_ = false;      // of Kafka before 4.1: goes with the next epoch
  std::optional<int64_t> topics_seen_;  // the catalog's version when it was looked at last
  int64_t deadline_ms_ = kNever;        // nothing ends before
  Unwritten unwritten_;
};

}  // namespace varve::coordinator
