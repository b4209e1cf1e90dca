#pragma once

#include <cstdint>
#include <string>

namespace varve {

// Raises the limit on open files as far as we may, and returns it.
uint64_t RaiseOpenFilesLimit();
// The name that others reach this machine by, as far as it knows itself.
std::string HostName();

}  // namespace varve
