#pragma once

#include <cstdint>
#include <limits>

#include "server/wire/acl.h"

namespace varve::wire {

// What a client may do, in a field that has a bit for each operation, when it did not ask.
inline constexpr int32_t kNoOperations = std::numeric_limits<int32_t>::min();

constexpr int32_t OperationBit(AclOperation operation) { return 1 << static_cast<int>(operation); }

// Everything that can be done with a topic.
inline constexpr int32_t kTopicOperations =
    OperationBit(AclOperation::kRead) | OperationBit(AclOperation::kWrite) |
    OperationBit(AclOperation::kCreate) | OperationBit(AclOperation::kDelete) |
    OperationBit(AclOperation::kAlter) | OperationBit(AclOperation::kDescribe) |
    OperationBit(AclOperation::kDescribeConfigs) | OperationBit(AclOperation::kAlterConfigs);

}  // namespace varve::wire
