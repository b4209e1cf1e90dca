#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "server/coordinator/consumer/assignment.h"
#include "server/coordinator/consumer/member.h"

namespace varve::coordinator {

// What a member is to come to.
struct Target {
  int32_t epoch = 0;
  const Assignment& share;
};

// One step of a member towards its target: it gives up what it must before it gets anything, and
// gets only what nobody has. Pure; Kafka 4's rules (KIP-848).
//   owned     what the member says that it has; nothing: it does not say
//   is_taken  whether some member, be it this one, has the partition or has to give it up still
MemberShare Reconcile(const MemberShare& now, const Target& target,
                      const std::optional<Assignment>& owned,
                      const std::function<bool(const TopicPartition&)>& is_taken);

}  // namespace varve::coordinator
