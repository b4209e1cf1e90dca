#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/calls.h"
#include "server/coordinator/group_state.h"
#include "server/coordinator/member_table.h"
#include "server/coordinator/pending_members.h"
#include "server/wire/error.h"

namespace varve::coordinator {

// A classic consumer group: who belongs to it, in which generation, and who waits for what. A
// state machine without I/O, threads or a clock: calls come in with the time, and what is to be
// done about them goes out in an Outcome.
//
// Its owner
//   * parks each Join and Sync under its token, and answers when the token comes out: at once, in
//     the Outcome of a later call, or in that of Drop. Never twice, never not at all.
//   * writes the group to its log when an Outcome says so, in the order in which that was asked
//     for, and tells the group (Stored) how it went. Joins and syncs may be waiting for that.
//   * keeps one timer, set to next_deadline_ms() after each call, which calls OnDeadline. Calling
//     it early does nothing.
// Example: two members ask for their assignments, and the leader's sync is the second.
//   group.Sync({.token = 7, .claim = follower}, now, out);   // nothing comes out
//   group.Sync({.token = 8, .claim = leader, .assignments = shares}, now, out);  // out.store = 1
//   group.Stored(1, ErrorCode::kNone, now, out);             // out.syncs answers 7 and 8
//
// Rules     Kafka 4's group coordinator for the classic protocol, with KIP-62 (two timeouts),
//           KIP-134 (initial delay), KIP-345 (static members), KIP-389 (size), KIP-394 (member id
//           required), KIP-559 (protocol names), KIP-814 (skipped assignment). Where we differ it
//           is said.
// Costs     A heartbeat is a hash lookup. A deadline looks at all members, but at most about once
//           a session timeout while nothing happens: sessions that were renewed are found then.
// Lifetime  `config` outlives the group; it may change between calls. Movable, not copyable.
// Threads   One at a time.
// Errors    As clients are to be told, never as a Status. A dead group answers
//           kCoordinatorNotAvailable.
class Group {
 public:
  // A new group: empty, in generation 0.
  Group(const GroupConfig* config, Now now) : config_(config), state_since_ms_(now.wall_ms) {}
  // A group as its last record tells: stable, and sessions begin anew. One that is larger than is
  // allowed now rebalances first, so that its members have time to commit.
  //   DataLoss  no state that a group can have: an id empty or twice, members without a protocol
  static absl::StatusOr<Group> Restore(const GroupConfig* config, const GroupRecord& record,
                                       Now now);

  // ---- Requests ----
  // The caller has checked the group's id (CheckGroupId) and that it is allowed.

  //   kInvalidSessionTimeout, kInconsistentGroupProtocol, kGroupMaxSizeReached
  //   kMemberIdRequired   come again with the member id that is in the answer
  //   kUnknownMemberId    start again without an id; also for a parked join of a removed member
  //   kFencedInstanceId   another has taken over; also for the parked join of who is taken over
  //   kRebalanceInProgress  a newer join of the same member came while this one was parked
  void Join(const JoinCall& call, Now now, Outcome& out);

  //   kUnknownMemberId, kFencedInstanceId, kIllegalGeneration, kInconsistentGroupProtocol
  //   kRebalanceInProgress  join again; also for parked syncs when a rebalance begins
  // and the error with which storing the assignments failed.
  void Sync(const SyncCall& call, Now now, Outcome& out);

  // kUnknownMemberId, kFencedInstanceId, kIllegalGeneration; kRebalanceInProgress: join again,
  // but the session is renewed all the same.
  wire::ErrorCode Heartbeat(const MemberClaim& claim, Now now);

  // One error for each leaver. Static members leave only if they are named here.
  std::vector<wire::ErrorCode> Leave(std::span<const Leaver> leavers, Now now, Outcome& out);

  // Whether offsets may be committed; renews the session of the member that does. Without member
  // and generation (-1), offsets of a group without members are anybody's. Offsets inside a
  // transaction are not bound to the group being settled.
  wire::ErrorCode Commit(const MemberClaim& claim, bool transactional, Now now);

  // kNonEmptyGroup, kGroupIdNotFound. Then the owner drops the group.
  wire::ErrorCode CheckDelete() const;

  // ---- From the owner ----

  // The writing that an Outcome asked for under `id` is done. Errors as clients are to be told.
  void Stored(StoreId id, wire::ErrorCode error, Now now, Outcome& out);

  // Sessions, rebalances and delays that end by now.
  void OnDeadline(Now now, Outcome& out);
  int64_t next_deadline_ms() const;  // monotonic; kNever if there is none

  // The group is dead, and all that is parked gets `error`: kNotCoordinator when another takes it.
  void Drop(wire::ErrorCode error, Now now, Outcome& out);

  // ---- What it is ----

  GroupState state() const { return state_; }
  int32_t generation() const { return generation_; }
  // Empty while the group has never had a member.
  const std::string& protocol_type() const { return protocol_type_; }
  int64_t state_since_ms() const { return state_since_ms_; }  // wall clock
  size_t members() const { return members_.size(); }
  // None: no generation, or one without members.
  const std::optional<std::string>& protocol() const { return protocol_; }
  // There is nothing to remember of it: it never had a generation, and nobody is about to join.
  bool unused() const;

  // As it is to be stored now.
  GroupRecord ToRecord() const;
  // What DescribeGroups tells: a protocol, and the members' metadata and assignments, only when
  // stable. The leader, the generation and timeouts are no part of it, but filled in.
  GroupRecord Describe() const;

 private:
  // A static member that came back under a new id while the group was stable. It is answered as
  // soon as the new id is stored.
  struct Takeover {
    StoreId store = 0;
    std::string member_id{};
    std::string leader_before{};
    bool can_skip_assignment = false;
  };

  // group_join.cc
  bool HasRoomFor(const JoinCall& call) const;
  bool Accepts(const JoinCall& call, const ProtocolList& protocols) const;
  void TurnAway(const JoinCall& call, Now now, Outcome& out);
  void JoinNew(const JoinCall& call, ProtocolList protocols, Now now, Outcome& out);
  void JoinKnown(const JoinCall& call, ProtocolList protocols, Now now, Outcome& out);
  void AddMember(std::string id, const JoinCall& call, ProtocolList protocols, Now now,
                 Outcome& out);
  void Rejoin(Member& member, const JoinCall& call, ProtocolList protocols, Outcome& out);
  bool ChangesNothing(const Member& member, const ProtocolList& protocols) const;
  JoinAnswer CurrentGeneration(const Member& member) const;

  // group_static.cc
  void TakeOver(Member& member, std::string id, const JoinCall& call, ProtocolList protocols,
                Now now, Outcome& out);
  void Fence(Member& member, Outcome& out);
  void FinishTakeover(const Takeover& takeover, wire::ErrorCode error, Now now, Outcome& out);

  // group_sync.cc
  Member* FindClaimant(const MemberClaim& claim, wire::ErrorCode& error) const;
  wire::ErrorCode CheckSync(const SyncCall& call) const;
  void Assign(std::span<const MemberAssignment> assignments, Outcome& out);
  void FinishAssignment(wire::ErrorCode error, Now now, Outcome& out);
  void AnswerSyncs(wire::ErrorCode error, Now now, Outcome& out);
  void AnswerSync(Member& member, Token token, Now now, Outcome& out);

  // group_rebalance.cc
  void RebalanceOrComplete(Now now, Outcome& out);
  void PrepareRebalance(Now now, Outcome& out);
  void CompleteIfAllJoined(Now now, Outcome& out);
  void CompleteJoin(Now now, Outcome& out);
  bool ElectLeader();
  void BecomeEmpty(Now now, Outcome& out);
  void BeginGeneration(Now now, Outcome& out);
  void RemoveMember(Member& member, wire::ErrorCode error, Outcome& out);
  void Enter(GroupState state, Now now);

  // group_deadlines.cc
  void ExpireSessions(Now now, Outcome& out);
  void EndJoinPhase(Now now, Outcome& out);
  void RemoveUnsynced(Now now, Outcome& out);
  void RenewSession(Member& member, Now now);
  void Expect(int64_t deadline_ms);

  const GroupConfig* config_;
  MemberTable members_;
  PendingMembers pending_;
  Member* leader_ = nullptr;  // set while there are members
  std::string protocol_type_;
  std::optional<std::string> protocol_;  // none: no generation, or one without members
  int64_t state_since_ms_;
  int32_t generation_ = 0;
  GroupState state_ = GroupState::kEmpty;

  // While preparing a rebalance of a group that was empty: it waits for more members, whoever has
  // joined already.
  bool initial_ = false;
  bool newcomer_ = false;  // somebody has joined since the delay began
  int64_t initial_ends_ms_ = kNever;

  int64_t join_deadline_ms_ = kNever;
  int64_t sync_deadline_ms_ = kNever;
  int64_t session_deadline_ms_ = kNever;  // no session ends before

  StoreId last_store_ = 0;
  std::optional<StoreId> storing_;  // the assignments of this generation
  std::vector<Takeover> takeovers_;
};

}  // namespace varve::coordinator
