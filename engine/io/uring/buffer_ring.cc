#include "engine/io/uring/buffer_ring.h"

#include <sys/mman.h>

#include <cerrno>

#include "engine/base/check.h"

namespace varve::io {
namespace {

constexpr size_t kBufferBytes = BufferRing::kCount * BufferRing::kBytes;
constexpr size_t kMappedBytes = kBufferBytes + BufferRing::kCount * sizeof(io_uring_buf);

}  // namespace

// Mapped for itself: whatever the kernel still does with it, it is nobody else's memory.
BufferRing::BufferRing() {
  void* mapped =
      ::mmap(nullptr, kMappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  VARVE_CHECK(mapped != MAP_FAILED, "no memory for {} receive buffers", kCount);
  memory_ = static_cast<std::byte*>(mapped);
  entries_ = reinterpret_cast<io_uring_buf_ring*>(memory_ + kBufferBytes);
  ::io_uring_buf_ring_init(entries_);
}

BufferRing::~BufferRing() { ::munmap(memory_, kMappedBytes); }

int BufferRing::Register(Ring& ring) {
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uintptr_t>(entries_);
  registration.ring_entries = kCount;
  registration.bgid = kGroup;
  const int result = ::io_uring_register_buf_ring(&ring.raw(), &registration, 0);
  if (result != 0) return -result;
  for (unsigned id = 0; id < kCount; ++id) GiveBack(static_cast<uint16_t>(id));
  return 0;
}

void BufferRing::GiveBack(uint16_t id) {
  ::io_uring_buf_ring_add(entries_, memory_ + id * kBytes, kBytes, id,
                          ::io_uring_buf_ring_mask(kCount), 0);
  ::io_uring_buf_ring_advance(entries_, 1);
}

}  // namespace varve::io
