#pragma once

#include <cstdint>
#include <string>

namespace varve {

// What the machine, or the cgroup that we run in, lets this process have.
uint64_t MemoryLimitBytes();
// Raises the limit on open files as far as we may, and returns it.
uint64_t RaiseOpenFilesLimit();
// The name that others reach this machine by, as far as it knows itself.
std::string HostName();

}  // namespace varve
