#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/io/loop.h"

namespace varve::io {

// Features of the kernel that a backend uses when it has them. A mask lets an old kernel be
// tested on a new one.
struct Features {
  bool uring = true;          // io_uring at all
  bool single_issuer = true;  // 6.0
  bool defer_taskrun = true;  // 6.1
  bool buffer_rings = true;   // 5.19
  bool cachestat = true;      // 6.5
  bool dont_cache = true;     // 6.14, RWF_DONTCACHE

  // "all"; "6.1": what that kernel has; or a list of names to leave out: "-cachestat,-dont_cache".
  // InvalidArgument names what it does not know.
  static absl::StatusOr<Features> Parse(std::string_view text);
};

enum class BackendKind { kAuto, kUring, kEpoll };

struct BackendOptions {
  BackendKind kind = BackendKind::kAuto;
  Features features;
  int pool_threads = 4;  // shared by all loops, for blocking calls and long computations
};

// Makes the loops of one process.
//
// Lifetime  Outlives its loops.
// Threads   NewLoop is called on the thread that will run the loop or before that thread starts;
//           the loop belongs to the thread that first calls Run.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual absl::StatusOr<std::unique_ptr<Loop>> NewLoop() = 0;
  virtual BackendKind kind() const = 0;
  // For the log: the backend, the features in use, and why io_uring is not used if it is not.
  virtual std::string Describe() const = 0;
};

// Probes what the machine has and opens what was asked for. kAuto takes io_uring where it works.
// Unavailable: io_uring was asked for by name and is denied; the message says by what.
absl::StatusOr<std::unique_ptr<Backend>> OpenBackend(const BackendOptions& options);

}  // namespace varve::io
