#include "server/net/slab.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"

namespace varve::net {

void SlabRef::Reset() {
  Slab* slab = std::exchange(slab_, nullptr);
  if (slab != nullptr && --slab->references == 0) slab->pool->TakeBack(slab);
}

SlabPool::~SlabPool() {
  VARVE_CHECK(in_use_ == 0, "{} slabs outlive their pool", in_use_);
  for (auto& slabs : free_) {
    for (Slab* slab : slabs) delete slab;
  }
}

SlabRef SlabPool::Take(size_t bytes) {
  const size_t size = std::bit_ceil(std::max(bytes, kSlabBytesMin));
  std::vector<Slab*>& free = free_[std::countr_zero(size)];
  ++in_use_;
  if (!free.empty()) {
    Slab* slab = free.back();
    free.pop_back();
    kept_bytes_ -= slab->size;
    return SlabRef(slab);
  }
  auto* slab = new Slab;
  slab->memory = std::make_unique_for_overwrite<std::byte[]>(size);
  slab->size = size;
  slab->pool = this;
  return SlabRef(slab);
}

void SlabPool::TakeBack(Slab* slab) {
  --in_use_;
  if (kept_bytes_ + slab->size > kept_bytes_max_) {
    delete slab;
    return;
  }
  kept_bytes_ += slab->size;
  free_[std::countr_zero(slab->size)].push_back(slab);
}

}  // namespace varve::net
