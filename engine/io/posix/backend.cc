#include "engine/io/backend.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/io/epoll/epoll_loop.h"
#include "engine/io/posix/thread_pool.h"

namespace varve::io {
namespace {

class EpollBackend final : public Backend {
 public:
  EpollBackend(const BackendOptions& options, std::string reason)
      : features_(options.features), reason_(std::move(reason)), pool_(options.pool_threads) {}

  absl::StatusOr<std::unique_ptr<Loop>> NewLoop() override {
    ASSIGN_OR_RETURN(std::unique_ptr<Loop> loop, EpollLoop::Make(pool_, features_));
    return loop;
  }
  BackendKind kind() const override { return BackendKind::kEpoll; }
  std::string Describe() const override { return fmt::format("epoll ({})", reason_); }

 private:
  const Features features_;
  const std::string reason_;
  ThreadPool pool_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> OpenBackend(const BackendOptions& options) {
  return std::make_unique<EpollBackend>(options, "asked for");
}

}  // namespace varve::io
