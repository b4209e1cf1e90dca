#include "engine/io/posix/thread_pool.h"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <utility>

#include "engine/base/check.h"

namespace varve::io {

ThreadPool::ThreadPool(int threads_max) : threads_max_(static_cast<size_t>(threads_max)) {
  VARVE_CHECK(threads_max > 0, "a pool of {} threads", threads_max);
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  not_empty_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Submit(Work& job) {
  {
    const std::lock_guard lock(mutex_);
    VARVE_CHECK(!stopping_, "a job for a pool that is being destroyed");
    job.next = nullptr;
    (tail_ != nullptr ? tail_->next : head_) = &job;
    tail_ = &job;
    ++queued_;
    if (queued_ > idle_ && threads_.size() < threads_max_ && StartThread()) return;
  }
  not_empty_.notify_one();
}

// False: the system refuses one more; those that run will do.
bool ThreadPool::StartThread() {
  try {
    threads_.emplace_back([this] { RunThread(); });
    return true;
  } catch (const std::system_error& error) {
    VARVE_CHECK(!threads_.empty(), "no thread for the pool: {}", error.what());
    return false;
  }
}

Work* ThreadPool::Next() {
  std::unique_lock lock(mutex_);
  while (head_ == nullptr && !stopping_) {
    ++idle_;
    not_empty_.wait(lock);
    --idle_;
  }
  if (head_ == nullptr) return nullptr;
  Work* job = std::exchange(head_, head_->next);
  if (head_ == nullptr) tail_ = nullptr;
  --queued_;
  return job;
}

void ThreadPool::RunThread() {
  // Signals are for the threads that the program chose for them.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "varve-pool");
  while (Work* job = Next()) job->run(*job);
}

}  // namespace varve::io
