#pragma once

namespace varve::text {

// While it lives, the first SIGINT or SIGTERM asks for an end; the second one ends the process. A
// program has one at a time.
//
// Threads   Any may ask.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool asked();
};

}  // namespace varve::text
