#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/uuid.h"
#include "server/coordinator/protocol_list.h"
#include "server/wire/error.h"

// What a group is asked, and what it answers: the fields of the requests that matter to it, in
// all versions at once. Handlers translate, and know which version leaves out what.
//
// Lifetime  What is passed in is only read during the call. What comes out owns its bytes.
namespace varve::coordinator {

// Chosen by the caller for each Join and Sync; comes back in an Outcome, exactly once.
using Token = uint64_t;
// Which storing of the group is meant; each is greater than the last, of one group.
using StoreId = uint64_t;

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// The time of a call. Deadlines are on the monotonic clock; the wall clock is only written down.
struct Now {
  int64_t mono_ms = 0;
  int64_t wall_ms = 0;
};

// The broker's properties of the same names. One of it serves all groups and outlives them.
struct GroupConfig {
  int64_t session_timeout_min_ms = 6'000;
  int64_t session_timeout_max_ms = 1'800'000;
  int64_t initial_rebalance_delay_ms = 3'000;
  int64_t size_max = std::numeric_limits<int32_t>::max();
};

// ---- Join ----

struct JoinCall {
  Token token = 0;
  std::string_view member_id{};  // empty: has none yet
  std::optional<std::string_view> instance_id{};
  std::string_view client_id{};
  std::string_view client_host{};
  std::string_view protocol_type{};
  std::span<const Protocol> protocols{};  // in the order of the member's preference
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = 0;  // version 0: the session's
  bool member_id_required = false;   // version 4 and later: a dynamic member asks twice (KIP-394)
  bool can_skip_assignment = false;  // version 9 and later (KIP-814)
  Uuid fresh_id{};                   // random: what a new member id is made of
};

struct JoinedMember {
  std::string id{};
  std::optional<std::string> instance_id{};
  Buffer metadata{};  // of the protocol that was chosen
};

struct JoinAnswer {
  wire::ErrorCode error = wire::ErrorCode::kNone;
  int32_t generation = -1;
  std::optional<std::string> protocol_type{};  // both set when there is no error
  std::optional<std::string> protocol{};
  std::string leader{};
  bool skip_assignment = false;
  std::string member_id{};
  std::vector<JoinedMember> members{};  // for the leader only
};

// ---- Sync ----

// Who a request says that it comes from.
struct MemberClaim {
  std::string_view member_id{};
  std::optional<std::string_view> instance_id{};
  int32_t generation = -1;
};

struct MemberAssignment {
  std::string_view member_id{};
  Bytes assignment{};
};

struct SyncCall {
  Token token = 0;
  MemberClaim claim{};
  std::optional<std::string_view> protocol_type{};  // checked when given (version 5)
  std::optional<std::string_view> protocol{};
  std::span<const MemberAssignment> assignments{};  // from the leader
};

struct SyncAnswer {
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol{};
  Buffer assignment{};
};

// ---- Leave ----

struct Leaver {
  std::string_view member_id{};  // empty: whoever holds the instance id
  std::optional<std::string_view> instance_id{};
};

// ---- What comes of a call ----

struct JoinReply {
  Token token = 0;
  JoinAnswer answer{};
};

struct SyncReply {
  Token token = 0;
  SyncAnswer answer{};
};

struct Outcome {
  std::vector<JoinReply> joins{};
  std::vector<SyncReply> syncs{};
  // The group is to be written to its log as it is now (Group::ToRecord), after all that was
  // asked for before; then Group::Stored is called with this id.
  std::optional<StoreId> store{};
};

// ---- What is kept and shown ----

struct MemberRecord {
  std::string id{};
  std::optional<std::string> instance_id{};
  std::string client_id{};
  std::string client_host{};
  int32_t rebalance_timeout_ms = 0;
  int32_t session_timeout_ms = 0;
  Buffer metadata{};
  Buffer assignment{};
};

// The value of a group's record in __consumer_offsets.
struct GroupRecord {
  std::string protocol_type{};
  int32_t generation = 0;
  std::optional<std::string> protocol{};  // none: without members
  std::optional<std::string> leader{};
  int64_t state_since_ms = -1;  // wall clock
  std::vector<MemberRecord> members{};
};

}  // namespace varve::coordinator
