#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/clock.h"
#include "engine/io/random.h"

namespace varve::io {

// The calls of Disk and File, as faults and traces name them.
enum class SimCall : uint8_t {
  kOpen,    // of what exists
  kCreate,  // Open that makes or replaces
  kCreateDirectory,
  kRemoveDirectory,
  kRemove,
  kRename,
  kSyncDirectory,
  kList,
  kStat,
  kSpace,
  kLock,
  kBootId,
  kRead,
  kAppend,
  kSyncData,
  kAllocate,
  kTruncate,
  kSize,
  kSetModified,
  kAny,  // in a SimFault: each of the above
};
std::string_view NameOf(SimCall call);

// Something that goes wrong on demand. Of the calls that match, `skip` pass, then `times` fail,
// each only once in `one_in` by the seed.
//
//   disk.Inject({.call = SimCall::kSyncData, .path = ".log", .skip = 2});      // the third sync
//   disk.Inject({.kind = SimFault::kSlow, .times = kForever, .one_in = 50, .delay = 200ms});
struct SimFault {
  enum Kind {
    kIoError,  // DataLoss. Of an append a part was written and is cut; a sync drops dirty pages
    kNoSpace,  // ResourceExhausted, the same way
    kDenied,   // PermissionDenied
    kSlow,     // succeeds, later by `delay`
  };
  static constexpr uint64_t kForever = ~uint64_t{0};

  SimCall call = SimCall::kAny;
  Kind kind = kIoError;
  std::string path{};  // a part of the path; empty: any
  uint64_t skip = 0;
  uint64_t times = 1;
  uint64_t one_in = 1;
  Duration delay{0};
};

// The faults that are waiting for their call.
class SimFaults {
 public:
  explicit SimFaults(Random random) : random_(random) {}

  void Add(SimFault fault) { faults_.push_back(std::move(fault)); }
  void Clear() { faults_.clear(); }

  // What this call takes longer than usual; counts as a match.
  Duration Delay(SimCall call, std::string_view path);
  // Whether this call goes wrong; counts as a match.
  absl::Status Check(SimCall call, std::string_view path);

 private:
  bool Hits(SimFault& fault, SimCall call, std::string_view path);

  Random random_;
  std::vector<SimFault> faults_;
};

}  // namespace varve::io
