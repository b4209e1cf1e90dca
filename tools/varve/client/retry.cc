#include "tools/varve/client/retry.h"

#include <algorithm>

namespace varve::cli {

bool IsRetriable(wire::ErrorCode code) {
  using wire::ErrorCode;
  switch (code) {
    case ErrorCode::kLeaderNotAvailable:
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kBrokerNotAvailable:
    case ErrorCode::kReplicaNotAvailable:
    case ErrorCode::kNetworkException:
    case ErrorCode::kCoordinatorLoadInProgress:
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNotCoordinator:
    case ErrorCode::kNotController:
    case ErrorCode::kFencedLeaderEpoch:
    case ErrorCode::kUnknownLeaderEpoch:
    case ErrorCode::kOffsetNotAvailable:
    case ErrorCode::kUnstableOffsetCommit:
    case ErrorCode::kConcurrentTransactions:
      return true;
    default:
      return false;
  }
}

io::Duration PauseBefore(int attempt) {
  constexpr io::Duration kFirst = std::chrono::milliseconds(50);
  constexpr io::Duration kLongest = std::chrono::seconds(1);
  constexpr int kDoublings = 5;
  return std::min(kLongest, kFirst * (1 << std::clamp(attempt - 1, 0, kDoublings)));
}

}  // namespace varve::cli
