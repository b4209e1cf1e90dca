#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace varve::coordinator {

enum class GroupState : uint8_t {
  kEmpty,                // no members; there may be offsets
  kPreparingRebalance,   // waiting for the members to join
  kCompletingRebalance,  // waiting for the leader's assignment, and for it to be stored
  kStable,               // each member has its assignment, or may ask for it
  kDead,                 // deleted, or handed to another coordinator
};

// As clients are told: "PreparingRebalance".
std::string_view Name(GroupState state);

// The type of these groups in ListGroups (KIP-848 groups have another).
inline constexpr std::string_view kGroupType = "classic";

// What ListGroups asks for (versions 4 and 5). An empty filter wants all; upper and lower case
// are the same; a name that nobody knows fits no group.
bool Wanted(std::string_view state, std::string_view type,
            std::span<const std::string_view> states_filter,
            std::span<const std::string_view> types_filter);

}  // namespace varve::coordinator
