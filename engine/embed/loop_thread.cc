#include "engine/embed/loop_thread.h"

#include "engine/base/status.h"

namespace varve::embed {

absl::StatusOr<std::shared_ptr<LoopThread>> LoopThread::Start(const io::BackendOptions& options) {
  ASSIGN_OR_RETURN(auto backend, io::OpenBackend(options));
  ASSIGN_OR_RETURN(auto loop, backend->NewLoop());
  return std::make_shared<LoopThread>(std::move(backend), std::move(loop));
}

LoopThread::LoopThread(std::unique_ptr<io::Backend> backend, std::unique_ptr<io::Loop> loop)
    : backend_(std::move(backend)), loop_(std::move(loop)), thread_([this] { loop_->Run(); }) {}

bool LoopThread::Enter() {
  const std::lock_guard lock(mutex_);
  if (open_) ++inside_;
  return open_;
}

void LoopThread::Leave() {
  const std::lock_guard lock(mutex_);
  if (--inside_ == 0) idle_.notify_all();
}

void LoopThread::Stop() {
  {
    std::unique_lock lock(mutex_);
    open_ = false;
    idle_.wait(lock, [this] { return inside_ == 0; });
  }
  if (!thread_.joinable()) return;
  loop_->Stop();
  thread_.join();
}

}  // namespace varve::embed
