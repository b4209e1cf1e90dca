#pragma once

#include <cstdint>

namespace varve::io {

// The memory that the machine, or the cgroup that we run in, lets this process have.
uint64_t MemoryLimitBytes();

}  // namespace varve::io
