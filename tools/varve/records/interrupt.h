#pragma once

namespace varve::cli {

// While it lives, the first SIGINT or SIGTERM asks for an end; the second one ends the process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool asked();
};

}  // namespace varve::cli
