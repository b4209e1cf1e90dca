#include "engine/log/pending_append.h"

namespace varve::log {

void AppendQueue::Push(PendingAppend& append) {
  append.next_ = nullptr;
  (tail_ != nullptr ? tail_->next_ : head_) = &append;
  tail_ = &append;
}

PendingAppend& AppendQueue::Pop() {
  PendingAppend& append = *head_;
  head_ = append.next_;
  if (head_ == nullptr) tail_ = nullptr;
  return append;
}

}  // namespace varve::log
