#pragma once

#include <string>

#include "engine/io/backend.h"

namespace varve::io {

// What io_uring can do on this machine, found out by trying.
struct UringProbe {
  bool usable = false;
  std::string denied_by;  // why it is not usable
  Features features;      // those asked for, without those that do not work
};

UringProbe ProbeUring(const Features& asked);

}  // namespace varve::io
