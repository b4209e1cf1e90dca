#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/embed/loop_thread.h"
#include "engine/log/log.h"

namespace varve::embed {

// A log on the store's thread. Without replicas, what is appended may be read: at once, or with
// flush.messages=1 when it is durable.
//
// Threads   name() and thread() any; everything else on the store's own.
class Hosted : private log::Log::Listener {
 public:
  Hosted(std::shared_ptr<LoopThread> thread, std::string name)
      : thread_(std::move(thread)), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  LoopThread& thread() { return *thread_; }

  // Null before Attach and once the log was closed.
  log::Log* log() { return log_.get(); }
  void Attach(std::unique_ptr<log::Log> log) {
    log_ = std::move(log);
    log_->set_listener(this);
    log_->AdvanceHighWatermark(log_->offsets().end);
  }
  // The log, to be closed.
  std::unique_ptr<log::Log> Detach() { return std::move(log_); }

  absl::Status Closed() const { return absl::CancelledError("log " + name_ + " was closed"); }

 private:
  void OnAdvance(log::Log& log) override {
    const bool wait_for_disk = log.config().flush_messages == 1;
    log.AdvanceHighWatermark(wait_for_disk ? log.offsets().durable : log.offsets().end);
  }

  const std::shared_ptr<LoopThread> thread_;
  const std::string name_;
  std::unique_ptr<log::Log> log_;
};

}  // namespace varve::embed
