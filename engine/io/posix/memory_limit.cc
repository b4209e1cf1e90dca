#include "engine/io/posix/memory_limit.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace varve::io {
namespace {

// The number in a cgroup's file; 0 if there is none, or "max".
uint64_t ReadNumber(const char* path) {
  std::ifstream file(path);
  uint64_t value = 0;
  return file >> value ? value : 0;
}

}  // namespace

uint64_t MemoryLimitBytes() {
  const auto machine = static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<uint64_t>(::sysconf(_SC_PAGE_SIZE));
  uint64_t limit = machine;
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    if (const uint64_t bytes = ReadNumber(path); bytes != 0) limit = std::min(limit, bytes);
  }
  return limit;
}

}  // namespace varve::io
