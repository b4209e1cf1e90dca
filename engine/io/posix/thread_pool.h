#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/io/pool.h"

namespace varve::io {

// At most `threads_max` threads, started one by one when a job finds none idle, so that an idle
// program has few. The destructor runs what was submitted and joins them.
class ThreadPool final : public Pool {
 public:
  explicit ThreadPool(int threads_max);
  ~ThreadPool() override;

  void Submit(Work& job) override;

 private:
  bool StartThread();
  void RunThread();
  Work* Next();

  const size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable not_empty_;
  Work* head_ = nullptr;
  Work* tail_ = nullptr;
  size_t idle_ = 0;    // threads that wait
  size_t queued_ = 0;  // jobs that nobody has taken
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace varve::io
