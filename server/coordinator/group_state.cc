#include "server/coordinator/group_state.h"

#include <algorithm>

namespace varve::coordinator {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameLetters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

bool Names(std::span<const std::string_view> filter, std::string_view name) {
  if (filter.empty()) return true;
  return std::ranges::any_of(filter,
                             [&](std::string_view each) { return SameLetters(each, name); });
}

}  // namespace

std::string_view Name(GroupState state) {
  switch (state) {
    case GroupState::kEmpty:
      return "Empty";
    case GroupState::kPreparingRebalance:
      return "PreparingRebalance";
    case GroupState::kCompletingRebalance:
      return "CompletingRebalance";
    case GroupState::kStable:
      return "Stable";
    case GroupState::kDead:
      return "Dead";
  }
  return "Unknown";
}

bool Wanted(std::string_view state, std::string_view type,
            std::span<const std::string_view> states_filter,
            std::span<const std::string_view> types_filter) {
  return Names(states_filter, state) && Names(types_filter, type);
}

}  // namespace varve::coordinator
