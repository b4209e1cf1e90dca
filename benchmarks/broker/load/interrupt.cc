#include "benchmarks/broker/load/interrupt.h"

#include <signal.h>

#include <atomic>

namespace varve::bench {
namespace {

std::atomic<bool> interrupted{false};

void OnInterrupt(int /*signal*/) { interrupted.store(true); }

}  // namespace

void CatchInterrupt() {
  struct sigaction action{};
  action.sa_handler = &OnInterrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
}

bool Interrupted() { return interrupted.load(); }

}  // namespace varve::bench
