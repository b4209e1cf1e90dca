#include "engine/io/frame_pool.h"

#include <array>
#include <new>

namespace varve::io {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kPooled = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif
#else
constexpr bool kPooled = true;
#endif

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* head = nullptr;
  size_t size = 0;
};

constexpr size_t kClasses = FramePool::kFrameBytesMax / FramePool::kClassBytes;

struct FreeLists {
  std::array<FreeList, kClasses> lists;

  ~FreeLists() {
    for (FreeList& list : lists) {
      while (list.head != nullptr) {
        FreeFrame* frame = list.head;
        list.head = frame->next;
        ::operator delete(frame);
      }
    }
  }
};

thread_local FreeLists free_lists;

size_t ClassOf(size_t size) { return (size - 1) / FramePool::kClassBytes; }

}  // namespace

void* FramePool::Allocate(size_t size) {
  if (!kPooled || size > kFrameBytesMax) return ::operator new(size);
  const size_t size_class = ClassOf(size);
  FreeList& list = free_lists.lists[size_class];
  if (list.head == nullptr) return ::operator new((size_class + 1) * kClassBytes);
  FreeFrame* frame = list.head;
  list.head = frame->next;
  --list.size;
  return frame;
}

void FramePool::Free(void* frame, size_t size) {
  if (!kPooled || size > kFrameBytesMax) {
    ::operator delete(frame);
    return;
  }
  FreeList& list = free_lists.lists[ClassOf(size)];
  if (list.size == kKeptPerClass) {
    ::operator delete(frame);
    return;
  }
  list.head = ::new (frame) FreeFrame{list.head};
  ++list.size;
}

}  // namespace varve::io
