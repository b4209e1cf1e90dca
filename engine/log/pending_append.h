#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <coroutine>
#include <cstdint>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/log/producer_entry.h"
#include "engine/log/segment.h"

namespace varve::log {

struct Appended {
  int64_t base_offset = 0;
  int64_t last_offset = 0;
  int64_t log_append_time_ms = record::kNoTimestamp;  // -1 unless the log stamps it
};

class Log;

// One batch on its way into a log. Lives in the task that awaits it:
//
//   PendingAppend append(batch);
//   log.Enqueue(append);                 // in order of these calls
//   auto appended = co_await append;     // acknowledged as the log's config says
//
// Requires  Once enqueued it is awaited, and neither it nor the batch's bytes move or go before.
class PendingAppend {
 public:
  // `batch` is exactly one batch that validation accepted, or the marker of a coordinator; the log
  // stamps it in place.
  explicit PendingAppend(MutableBytes batch, Origin origin = Origin::kClient)
      : batch_(batch), origin_(origin) {}
  PendingAppend(const PendingAppend&) = delete;
  PendingAppend& operator=(const PendingAppend&) = delete;

  bool await_ready() const noexcept { return done_; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  // ResourceExhausted: disk full, nothing was written. DataLoss: the device failed.
  // OutOfRange: the batch is larger than a segment may be. Cancelled: the log is closing.
  // FailedPrecondition: its producer may not write it; ProducerFaultOf says why. A batch that
  // repeats one of its producer's newest is not written; the result is that one's.
  [[nodiscard]] absl::StatusOr<Appended> await_resume() { return std::move(result_); }

 private:
  friend class Log;
  friend class AppendQueue;

  MutableBytes batch_;
  Origin origin_;
  BatchFacts facts_;
  absl::StatusOr<Appended> result_ = Appended{};
  std::coroutine_handle<> waiter_;
  PendingAppend* next_ = nullptr;
  bool done_ = false;
};

// A list of appends, first come first served.
class AppendQueue {
 public:
  bool empty() const { return head_ == nullptr; }
  PendingAppend* front() const { return head_; }
  void Push(PendingAppend& append);
  PendingAppend& Pop();

 private:
  PendingAppend* head_ = nullptr;
  PendingAppend* tail_ = nullptr;
};

}  // namespace varve::log
