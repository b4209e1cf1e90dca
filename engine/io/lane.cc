#include "engine/io/lane.h"

#include <utility>

namespace varve::io {

void Lane::Push(Work& job) {
  {
    const std::lock_guard lock(mutex_);
    job.next = nullptr;
    (head_ == nullptr ? head_ : tail_->next) = &job;
    tail_ = &job;
    if (std::exchange(running_, true)) return;
  }
  loop_.pool().Submit(*this);
}

Work* Lane::Next() {
  const std::lock_guard lock(mutex_);
  Work* const job = head_;
  if (job == nullptr) {
    running_ = false;
  } else {
    head_ = job->next;
  }
  return job;
}

void Lane::RunOnPool(Work& work) {
  auto& lane = static_cast<Lane&>(work);
  Loop& loop = lane.loop_;
  for (Work* job = lane.Next(); job != nullptr;) {
    job->run(*job);
    // Before anybody is told that this one has ended: after the last, the lane may go.
    Work* const following = lane.Next();
    loop.Post(*job);
    job = following;
  }
}

}  // namespace varve::io
