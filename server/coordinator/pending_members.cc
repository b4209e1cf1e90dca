#include "server/coordinator/pending_members.h"

#include <algorithm>
#include <utility>

#include "server/coordinator/calls.h"

namespace varve::coordinator {

void PendingMembers::Add(std::string id, int64_t ends_ms) {
  if (ids_.size() == kPendingMembersMax) {
    ids_.erase(
        std::ranges::min_element(ids_, {}, [](const auto& each) { return each.second.order; }));
  }
  ids_[std::move(id)] = {.ends_ms = ends_ms, .order = next_order_++};
}

bool PendingMembers::Expire(int64_t now_ms) {
  return absl::erase_if(ids_, [&](const auto& each) { return each.second.ends_ms <= now_ms; }) > 0;
}

int64_t PendingMembers::earliest_end_ms() const {
  int64_t earliest = kNever;
  for (const auto& [id, wait] : ids_) earliest = std::min(earliest, wait.ends_ms);
  return earliest;
}

}  // namespace varve::coordinator
