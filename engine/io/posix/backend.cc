#include "engine/io/backend.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/io/epoll/epoll_loop.h"
#include "engine/io/posix/file_calls.h"
#include "engine/io/posix/thread_pool.h"
#include "engine/io/uring/probe.h"
#include "engine/io/uring/uring_loop.h"

namespace varve::io {
namespace {

class PosixBackend final : public Backend {
 public:
  PosixBackend(BackendKind kind, const Features& features, int pool_threads, std::string text)
      : kind_(kind), features_(features), text_(std::move(text)), pool_(pool_threads) {}

  absl::StatusOr<std::unique_ptr<Loop>> NewLoop() override {
    std::unique_ptr<Loop> loop;
    if (kind_ == BackendKind::kUring) {
      ASSIGN_OR_RETURN(loop, UringLoop::Make(pool_, features_));
    } else {
      ASSIGN_OR_RETURN(loop, EpollLoop::Make(pool_, features_));
    }
    return loop;
  }
  BackendKind kind() const override { return kind_; }
  std::string Describe() const override { return text_; }

 private:
  const BackendKind kind_;
  const Features features_;
  const std::string text_;
  ThreadPool pool_;
};

// "a, b, c" of what is in use, or "none".
std::string Names(const Features& features, bool uring) {
  std::string names;
  const auto add = [&names](bool used, const char* name) {
    if (used) names += (names.empty() ? "" : ", ") + std::string(name);
  };
  add(uring && features.single_issuer, "single_issuer");
  add(uring && features.defer_taskrun, "defer_taskrun");
  add(uring && features.buffer_rings, "buffer_rings");
  add(features.cachestat, "cachestat");
  add(features.dont_cache, "dont_cache");
  return names.empty() ? "none" : names;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> OpenBackend(const BackendOptions& options) {
  Features features = options.features;
  features.cachestat = features.cachestat && HasCachestat();
  std::string why_epoll = "asked for";
  if (options.kind != BackendKind::kEpoll) {
    const UringProbe probe = ProbeUring(features);
    if (probe.usable) {
      return std::make_unique<PosixBackend>(
          BackendKind::kUring, probe.features, options.pool_threads,
          fmt::format("io_uring, using {}", Names(probe.features, true)));
    }
    if (options.kind == BackendKind::kUring) {
      return absl::UnavailableError(fmt::format("io_uring: {}", probe.denied_by));
    }
    why_epoll = "io_uring: " + probe.denied_by;
  }
  return std::make_unique<PosixBackend>(
      BackendKind::kEpoll, features, options.pool_threads,
      fmt::format("epoll ({}), using {}", why_epoll, Names(features, false)));
}

}  // namespace varve::io
