#include "engine/io/sim/faults.h"

#include <fmt/format.h>

namespace varve::io {

std::string_view NameOf(SimCall call) {
  switch (call) {
    case SimCall::kOpen:
    case SimCall::kCreate:
      return "open";
    case SimCall::kCreateDirectory:
      return "create directory";
    case SimCall::kRemoveDirectory:
      return "remove directory";
    case SimCall::kRemove:
      return "remove";
    case SimCall::kRename:
      return "rename";
    case SimCall::kSyncDirectory:
      return "sync directory";
    case SimCall::kList:
      return "list";
    case SimCall::kStat:
      return "stat";
    case SimCall::kSpace:
      return "space";
    case SimCall::kLock:
      return "lock";
    case SimCall::kBootId:
      return "boot id";
    case SimCall::kRead:
      return "read";
    case SimCall::kAppend:
      return "append";
    case SimCall::kSyncData:
      return "sync";
    case SimCall::kAllocate:
      return "allocate";
    case SimCall::kTruncate:
      return "truncate";
    case SimCall::kSetModified:
      return "set modified";
    case SimCall::kSize:
      return "size";
    case SimCall::kAny:
      break;
  }
  return "any";
}

bool SimFaults::Hits(SimFault& fault, SimCall call, std::string_view path) {
  if (fault.call != SimCall::kAny && fault.call != call) return false;
  if (path.find(fault.path) == std::string_view::npos) return false;
  if (fault.skip > 0) {
    --fault.skip;
    return false;
  }
  if (fault.times == 0 || !random_.OneIn(fault.one_in)) return false;
  if (fault.times != SimFault::kForever) --fault.times;
  return true;
}

Duration SimFaults::Delay(SimCall call, std::string_view path) {
  Duration delay{0};
  for (SimFault& fault : faults_) {
    if (fault.kind == SimFault::kSlow && Hits(fault, call, path)) delay += fault.delay;
  }
  return delay;
}

absl::Status SimFaults::Check(SimCall call, std::string_view path) {
  for (SimFault& fault : faults_) {
    if (fault.kind == SimFault::kSlow || !Hits(fault, call, path)) continue;
    const std::string what = fmt::format("{} {}: ", NameOf(call), path);
    switch (fault.kind) {
      case SimFault::kIoError:
        return absl::DataLossError(what + "input/output error, injected");
      case SimFault::kNoSpace:
        return absl::ResourceExhaustedError(what + "no space, injected");
      default:
        return absl::PermissionDeniedError(what + "permission denied, injected");
    }
  }
  return absl::OkStatus();
}

}  // namespace varve::io
