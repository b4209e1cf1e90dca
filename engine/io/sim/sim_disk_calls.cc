#include "engine/base/status.h"
#include "engine/io/sim/delay.h"
#include "engine/io/sim/sim_disk_port.h"

namespace varve::io {
namespace {

bool IsOperation(SimCall call) {
  switch (call) {
    case SimCall::kList:
    case SimCall::kStat:
    case SimCall::kSpace:
    case SimCall::kBootId:
    case SimCall::kRead:
    case SimCall::kSize:
    case SimCall::kOpen:
      return false;
    default:
      return true;
  }
}

}  // namespace

Duration SimDiskCalls::Latency(SimCall call) {
  const SimOptions& options = world_.options();
  Random& random = disk_.random();
  if (options.at_once_one_in > 0 && random.OneIn(options.at_once_one_in)) return Duration::zero();
  switch (call) {
    case SimCall::kRead:
      return Draw(random, options.read_latency);
    case SimCall::kAppend:
      return Draw(random, options.append_latency);
    case SimCall::kSyncData:
    case SimCall::kSyncDirectory:
      return Draw(random, options.sync_latency);
    default:
      return Draw(random, options.metadata_latency);
  }
}

Task<absl::Status> SimDiskCalls::Arrive(SimCall call, const std::string& path) {
  if (!alive()) co_return SimDisk::CrashedError();
  const Duration usual = Latency(call);
  SimDelay delay(world_.events(), loop_, usual + disk_.faults().Delay(call, path));
  co_await delay;
  if (!alive()) co_return SimDisk::CrashedError();
  if (IsOperation(call)) disk_.CountOperation();
  if (!alive()) co_return SimDisk::CrashedError();
  co_return disk_.faults().Check(call, path);
}

Task<absl::Status> SimDiskCalls::Continue(SimCall call) {
  SimDelay delay(world_.events(), loop_, Latency(call));
  co_await delay;
  co_return alive() ? absl::OkStatus() : SimDisk::CrashedError();
}

size_t SimDiskCalls::Piece(size_t left) {
  const uint64_t one_in = world_.options().split_one_in;
  if (left < 2 || one_in == 0 || !disk_.random().OneIn(one_in)) return left;
  return 1 + disk_.random().Below(left - 1);
}

Task<absl::Status> SimDiskCalls::Change(SimCall call, const std::string& path,
                                        absl::FunctionRef<absl::Status()> apply) {
  // The machine may crash just after it happened, too.
  SimInFlight in_flight(disk_, [&](Random& random) {
    if (random.OneIn(2)) IgnoreError(apply());  // nobody is left to hear it
  });
  co_return co_await Look(call, path, apply);
}

Task<absl::Status> SimDiskCalls::Look(SimCall call, const std::string& path,
                                      absl::FunctionRef<absl::Status()> apply) {
  absl::Status status = co_await Arrive(call, path);
  if (status.ok()) status = apply();
  co_return Record(call, path, std::move(status));
}

absl::Status SimDiskCalls::Record(SimCall call, const std::string& path, absl::Status status,
                                  uint64_t detail) {
  SimTrace& trace = world_.trace();
  trace.Fold(static_cast<uint64_t>(call));
  trace.Fold(path);
  trace.Fold(detail);
  trace.Fold(static_cast<uint64_t>(status.code()));
  trace.Fold(static_cast<uint64_t>(loop_.Now().time_since_epoch().count()));
  return status;
}

}  // namespace varve::io
