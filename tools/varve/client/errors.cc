#include "tools/varve/client/errors.h"

#include <fmt/format.h>

namespace varve::cli {

std::string Explain(wire::ErrorCode code) {
  using wire::ErrorCode;
  switch (code) {
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kUnknownTopicId:
      return "there is no such topic or partition; varve topic list shows those that there are";
    case ErrorCode::kTopicAlreadyExists:
      return "the topic exists; --if-not-exists accepts that, varve topic alter changes it";
    case ErrorCode::kInvalidTopicException:
      return "the name may have letters, digits, '.', '_' and '-', 249 at most";
    case ErrorCode::kInvalidReplicationFactor:
      return "there are not that many brokers; varve cluster shows them";
    case ErrorCode::kInvalidConfig:
      return "varve config describe shows the properties that there are, with --all";
    case ErrorCode::kCoordinatorLoadInProgress:
      return "the coordinator is still reading its groups; try again in a moment";
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNotCoordinator:
      return "the group has no coordinator at the moment; try again, and look at varve cluster";
    case ErrorCode::kNonEmptyGroup:
      return "the group has members; stop them first (varve group describe shows them)";
    case ErrorCode::kUnknownMemberId:
    case ErrorCode::kRebalanceInProgress:
    case ErrorCode::kIllegalGeneration:
      return "the group is in use; stop its members first (varve group describe shows them)";
    case ErrorCode::kGroupIdNotFound:
      return "there is no such group; varve group list shows those that there are";
    case ErrorCode::kLeaderNotAvailable:
    case ErrorCode::kNotLeaderOrFollower:
      return "a partition has no leader at the moment; varve topic describe shows which";
    case ErrorCode::kNotController:
      return "the cluster has no controller at the moment; varve cluster shows its state";
    case ErrorCode::kKafkaStorageError:
      return "a log directory of the broker failed; its log says why (varve cluster shows which)";
    case ErrorCode::kRequestTimedOut:
      return "the broker took too long; look whether it happened before trying again";
    case ErrorCode::kTopicAuthorizationFailed:
    case ErrorCode::kGroupAuthorizationFailed:
    case ErrorCode::kClusterAuthorizationFailed:
      return "this user may not do that";
    case ErrorCode::kUnsupportedVersion:
      return "the broker cannot do that";
    default:
      return "";
  }
}

absl::Status ToStatus(wire::ErrorCode code, const std::optional<std::string>& said,
                      std::string_view what) {
  if (code == wire::ErrorCode::kNone) return absl::OkStatus();
  std::string text(what);
  if (said && !said->empty()) text += ": " + *said;
  const std::string explained = Explain(code);
  if (!explained.empty())
    text += fmt::format("{}{}", said && !said->empty() ? "\n  " : ": ", explained);
  return absl::UnknownError(fmt::format("{} [{}]", text, wire::Name(code)));
}

std::string CannotConnect(const std::vector<io::Endpoint>& bootstrap,
                          const std::vector<std::string>& reasons) {
  std::string text = "cannot reach a broker";
  for (size_t i = 0; i < bootstrap.size() && i < reasons.size(); ++i) {
    text += fmt::format("{} {}", i == 0 ? ":" : ";", reasons[i]);
  }
  return text + "\n  Is one running there? Say where with -b HOST:PORT or VARVE_BOOTSTRAP_SERVER.";
}

std::string CannotReachAdvertised(int32_t broker, const io::Endpoint& endpoint,
                                  const std::string& reason) {
  return fmt::format(
      "cannot reach broker {} at {}, which is where it says that clients find it: {}\n"
      "  If it is another address from here, set advertised.listeners on the broker.",
      broker, endpoint.ToString(), reason);
}

}  // namespace varve::cli
