#include "engine/io/uring/probe.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <memory>

#include "engine/io/posix/errors.h"
#include "engine/io/uring/buffer_ring.h"
#include "engine/io/uring/ring.h"

namespace varve::io {
namespace {

std::string DeniedBy(int error) {
  if (error == ENOSYS) return "the kernel has no io_uring";
  if (error == ENOMEM) {
    return "no memory for a ring: the limit of locked memory (ulimit -l) or of the control group";
  }
  if (error != EPERM && error != EACCES) return ErrorText(error);
  int disabled = 0;
  std::ifstream("/proc/sys/kernel/io_uring_disabled") >> disabled;
  if (disabled > 0) return fmt::format("kernel.io_uring_disabled is {}", disabled);
  return "denied by a system call filter (seccomp), as containers do by default, or by a security "
         "module";
}

class Heard final : public Completion {
 public:
  void OnComplete(int result, uint32_t /*flags*/) override { error = -result; }
  int error = ETIMEDOUT;
};

// One operation that does nothing, through all of the machinery. 0 or an errno.
int TryNothing(Ring& ring) {
  Heard heard;
  io_uring_sqe* entry = ring.Prepare();
  ::io_uring_prep_nop(entry);
  ::io_uring_sqe_set_data(entry, static_cast<Completion*>(&heard));
  ring.Wait(std::chrono::seconds(1));
  return heard.error;
}

// Makes a ring with as much of `features` as works, and takes out of them what does not.
int MakeBest(Features& features, std::unique_ptr<Ring>& ring) {
  features.defer_taskrun = features.defer_taskrun && features.single_issuer;
  int error = Ring::Make(features, ring);
  if (error == EINVAL && features.defer_taskrun) {
    features.defer_taskrun = false;
    error = Ring::Make(features, ring);
  }
  if (error == EINVAL && features.single_issuer) {
    features.single_issuer = false;
    error = Ring::Make(features, ring);
  }
  return error;
}

}  // namespace

UringProbe ProbeUring(const Features& asked) {
  UringProbe probe;
  probe.features = asked;
  if (!asked.uring) {
    probe.denied_by = "left out by the chosen features";
    return probe;
  }
  BufferRing buffers;
  std::unique_ptr<Ring> ring;
  if (const int error = MakeBest(probe.features, ring); error != 0) {
    probe.denied_by = DeniedBy(error);
    return probe;
  }
  constexpr uint32_t kNeeded = IORING_FEAT_NODROP | IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG;
  if ((ring->kernel_features() & kNeeded) != kNeeded) {
    probe.denied_by = "the kernel's io_uring is older than 5.11";
    return probe;
  }
  if (probe.features.buffer_rings) probe.features.buffer_rings = buffers.Register(*ring) == 0;
  if (const int error = TryNothing(*ring); error != 0) {
    probe.denied_by = fmt::format("a ring was made but does not work: {}", ErrorText(error));
    return probe;
  }
  probe.usable = true;
  return probe;
}

}  // namespace varve::io
