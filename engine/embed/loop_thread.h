#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "engine/io/backend.h"
#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/io/work.h"

namespace varve::embed {

// A loop with a thread of its own, which others hand tasks to and wait for.
//
// Threads   Await: any but the loop's own, which would wait for itself. Stop: one.
class LoopThread {
 public:
  static absl::StatusOr<std::shared_ptr<LoopThread>> Start(const io::BackendOptions& options);
  LoopThread(std::unique_ptr<io::Backend> backend, std::unique_ptr<io::Loop> loop);
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  ~LoopThread() { Stop(); }

  io::Loop& loop() { return *loop_; }

  // Runs the task that `make` makes on the loop, and blocks until it is done. Its result is a
  // Status or StatusOr: Cancelled once Stop was called.
  //   auto flush = [&] { return log.Flush(); };   // makes a task, is none itself
  //   absl::Status flushed = thread.Await(flush);
  template <typename Make>
  auto Await(Make& make) -> typename std::invoke_result_t<Make&>::value_type {
    if (!Enter()) return absl::CancelledError("the store was closed");
    Call<Make> call(make);
    auto result = call.promise.get_future();
    loop_->Post(call);
    auto value = result.get();
    Leave();
    return value;
  }

  // Waits for those who are inside Await, and ends the thread.
  void Stop();

 private:
  template <typename Make>
  struct Call : io::Work {
    using Result = typename std::invoke_result_t<Make&>::value_type;

    explicit Call(Make& function) : Work(&Start), make(function) {}
    static void Start(io::Work& work) { io::StartDetached(static_cast<Call&>(work).Run()); }
    io::Task<void> Run() {
      Result value = co_await make();
      // The waiting thread may go on, and take this object away, before set_value returns.
      std::promise<Result> mine = std::move(promise);
      mine.set_value(std::move(value));
    }

    Make& make;
    std::promise<Result> promise;
  };

  bool Enter();
  void Leave();

  std::unique_ptr<io::Backend> backend_;
  std::unique_ptr<io::Loop> loop_;
  std::mutex mutex_;
  std::condition_variable idle_;
  size_t inside_ = 0;  // under mutex_
  bool open_ = true;   // under mutex_
  std::thread thread_;
};

}  // namespace varve::embed
