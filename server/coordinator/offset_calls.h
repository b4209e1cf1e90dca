#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/coordinator/calls.h"
#include "server/coordinator/group_offsets.h"
#include "server/coordinator/group_state.h"
#include "server/wire/error.h"

// What a coordinator is asked about offsets and about groups as a whole, beside calls.h. Entries
// are the caller's: the coordinator fills in what came of each.
namespace varve::coordinator {

struct OffsetToCommit {
  std::string_view topic{};
  int32_t partition = 0;
  int64_t offset = 0;
  int32_t leader_epoch = -1;
  std::string_view metadata{};
  wire::ErrorCode error = wire::ErrorCode::kNone;  // one that is set already is passed over
};

struct CommitCall {
  MemberClaim claim{};
  int64_t retention_ms = -1;  // versions 2 to 4; -1: as the broker is configured
  // Version 9 and later: has an error code for them, and knows epochs of members.
  bool knows_unknown_groups = false;
  std::span<OffsetToCommit> offsets{};
};

struct OffsetQuery {
  std::string_view topic{};
  int32_t partition = 0;
  std::optional<CommittedOffset> found{};
};

struct OffsetToDelete {
  std::string_view topic{};
  int32_t partition = 0;
  wire::ErrorCode error = wire::ErrorCode::kNone;  // one that is set already is passed over
};

struct GroupDescription {
  GroupState state = GroupState::kDead;
  GroupRecord record{};
};

// How a group stands, of either protocol, for whoever watches. Valid until it changes.
struct GroupStanding {
  std::string_view protocol_type{};
  std::string_view protocol{};  // that its members agreed on, if that is theirs to do
  std::string_view state{};
  size_t members = 0;
  const GroupOffsets* offsets = nullptr;  // null: none
};

struct ListedGroup {
  std::string id{};
  std::string protocol_type{};
  std::string_view state{};  // as clients are told, like the type
  std::string_view type{};
};

}  // namespace varve::coordinator
