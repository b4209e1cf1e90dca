#pragma once

#include <absl/status/status.h>

#include <cstdint>

#include "tools/dump/options.h"

namespace varve::dump {

// What the exit status will be made of.
class StatusCount {
 public:
  void AddFaults(uint64_t count) { faults_ += count; }
  // Tells on standard error what could not be read.
  void Unreadable(const absl::Status& error);

  uint64_t faults() const { return faults_; }
  uint64_t unreadable() const { return unreadable_; }
  int exit_status() const {
    if (unreadable_ > 0) return kUnreadable;
    return faults_ > 0 ? kFaulty : kClean;
  }

 private:
  uint64_t faults_ = 0;
  uint64_t unreadable_ = 0;
};

}  // namespace varve::dump
