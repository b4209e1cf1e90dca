#include "server/coordinator/consumer/reconcile.h"

#include <algorithm>
#include <utility>

namespace varve::coordinator {
namespace {

bool MayOwn(const std::optional<Assignment>& owned, const Assignment& partitions) {
  return !owned || Meet(*owned, partitions);
}

void Enter(MemberShare& share, int32_t epoch) {
  share.previous_epoch = share.epoch;
  share.epoch = epoch;
}

// From `epoch` on, which the member has come to.
MemberShare Advance(const MemberShare& now, int32_t epoch, const Target& target,
                    const std::optional<Assignment>& owned,
                    const std::function<bool(const TopicPartition&)>& is_taken) {
  MemberShare next = now;
  next.assigned = Intersection(now.assigned, target.share);
  next.pending_revocation = Difference(now.assigned, target.share);
  if (!next.pending_revocation.empty() && MayOwn(owned, next.pending_revocation)) {
    next.state = ReconcileState::kUnrevokedPartitions;
    Enter(next, epoch);
    return next;
  }
  next.pending_revocation.clear();
  Assignment missing = Difference(target.share, next.assigned);
  const size_t wanted = missing.size();
  std::erase_if(missing, is_taken);
  next.state =
      missing.size() < wanted ? ReconcileState::kUnreleasedPartitions : ReconcileState::kStable;
  next.assigned = Union(next.assigned, missing);
  Enter(next, target.epoch);
  return next;
}

}  // namespace

MemberShare Reconcile(const MemberShare& now, const Target& target,
                      const std::optional<Assignment>& owned,
                      const std::function<bool(const TopicPartition&)>& is_taken) {
  switch (now.state) {
    case ReconcileState::kStable:
      if (now.epoch == target.epoch) return now;
      return Advance(now, now.epoch, target, owned, is_taken);
    case ReconcileState::kUnrevokedPartitions:
      if (MayOwn(owned, now.pending_revocation)) return now;
      return Advance(now, now.epoch + 1, target, owned, is_taken);
    case ReconcileState::kUnreleasedPartitions:
      return Advance(now, now.epoch, target, owned, is_taken);
  }
  return now;
}

}  // namespace varve::coordinator
