#pragma once

#include "engine/io/sync.h"

namespace varve::log {

// Is inside a gate as long as it lives, unless the gate was closing already.
class Inside {
 public:
  explicit Inside(io::Gate& gate) : gate_(gate.Enter() ? &gate : nullptr) {}
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    if (gate_ != nullptr) gate_->Leave();
  }

  bool ok() const { return gate_ != nullptr; }

 private:
  io::Gate* gate_;
};

}  // namespace varve::log
