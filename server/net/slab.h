#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"

namespace varve::net {

class SlabPool;

// Memory that received bytes lie in, counted by those who still look at them.
struct Slab {
  std::unique_ptr<std::byte[]> memory;
  size_t size = 0;
  uint32_t references = 0;
  SlabPool* pool = nullptr;
};

// One reference to a slab. Copies share it; the last one gives it back to its pool.
//
// Threads   The pool's loop. The bytes may be used by other shards while a reference is held here.
class SlabRef {
 public:
  SlabRef() = default;
  explicit SlabRef(Slab* slab) : slab_(slab) { ++slab_->references; }
  SlabRef(const SlabRef& other) : slab_(other.slab_) {
    if (slab_ != nullptr) ++slab_->references;
  }
  SlabRef(SlabRef&& other) noexcept : slab_(std::exchange(other.slab_, nullptr)) {}
  SlabRef& operator=(SlabRef other) noexcept {
    std::swap(slab_, other.slab_);
    return *this;
  }
  ~SlabRef() { Reset(); }

  void Reset();
  explicit operator bool() const { return slab_ != nullptr; }
  MutableBytes bytes() const { return {slab_->memory.get(), slab_->size}; }
  bool shared() const { return slab_->references > 1; }

 private:
  Slab* slab_ = nullptr;
};

// The slabs of one shard, last in, first out: the one that is given out next is the one whose
// lines are still in the processor's cache. Sizes are powers of two; what is free beyond
// kept_bytes_max goes back to the system.
class SlabPool {
 public:
  static constexpr size_t kSlabBytesMin = 16 << 10;

  explicit SlabPool(uint64_t kept_bytes_max) : kept_bytes_max_(kept_bytes_max) {}
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;
  ~SlabPool();

  // At least `bytes` large; the content is whatever was there before.
  SlabRef Take(size_t bytes);
  uint64_t kept_bytes() const { return kept_bytes_; }

 private:
  friend class SlabRef;
  void TakeBack(Slab* slab);

  static constexpr int kClasses = 40;
  std::vector<Slab*> free_[kClasses];
  const uint64_t kept_bytes_max_;
  uint64_t kept_bytes_ = 0;
  size_t in_use_ = 0;
};

}  // namespace varve::net
