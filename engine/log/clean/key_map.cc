#include "engine/log/clean/key_map.h"

#include <sys/mman.h>

// Keys are short: what a call costs is more than their hashes do.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/check.h"

namespace varve::log {
namespace {

constexpr size_t kSlotsMin = 2;

// One slot always stays empty: it ends a search for a key that is not there.
size_t KeysMax(size_t slots, double load_factor) {
  const auto loaded = static_cast<size_t>(static_cast<double>(slots) * load_factor);
  return std::clamp<size_t>(loaded, 1, slots - 1);
}

}  // namespace

KeyHash HashOf(Bytes key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return {hash.low64, hash.high64};
}

KeyMap::KeyMap(size_t bytes, double load_factor, Superseded superseded)
    : slot_count_(std::max(bytes / kSlotBytes, kSlotsMin)),
      size_max_(KeysMax(slot_count_, load_factor)),
      slots_(Allocate()),
      superseded_(std::move(superseded)) {}

size_t KeyMap::BytesFor(uint64_t keys, double load_factor) {
  const double slots = std::ceil(static_cast<double>(keys) / load_factor) + 1;
  return static_cast<size_t>(slots) * kSlotBytes;
}

void KeyMap::Unmap::operator()(Slot* slots) const { ::munmap(slots, bytes); }

// Pages of zeros, which cost nothing until they are touched; large ones where the system has them,
// since keys lie all over the map.
KeyMap::Slots KeyMap::Allocate() const {
  void* const block =
      ::mmap(nullptr, SlotBytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  VARVE_CHECK(block != MAP_FAILED, "no memory for {} slots", slot_count_);
  static_cast<void>(::madvise(block, SlotBytes(), MADV_HUGEPAGE));
  return {static_cast<Slot*>(block), Unmap{SlotBytes()}};
}

// The slot that has the key, or the empty one where it would go.
KeyMap::Slot& KeyMap::SlotFor(const KeyHash& key) const {
  size_t at = HomeOf(key);
  for (;;) {
    Slot& slot = slots_[at];
    if (slot.next_offset == 0 || (slot.low == key.low && slot.high == key.high)) return slot;
    if (++at == slot_count_) at = 0;
  }
}

bool KeyMap::Put(const KeyHash& key, int64_t offset) {
  VARVE_CHECK(offset >= 0, "a key at offset {}", offset);
  Slot& slot = SlotFor(key);
  if (slot.next_offset == 0) {
    if (size_ == size_max_) return false;
    ++size_;
    slot.low = key.low;
    slot.high = key.high;
  } else {
    superseded_.Note(slot.next_offset - 1);
  }
  slot.next_offset = offset + 1;
  return true;
}

std::optional<int64_t> KeyMap::Find(const KeyHash& key) const {
  const Slot& slot = SlotFor(key);
  if (slot.next_offset == 0) return std::nullopt;
  return slot.next_offset - 1;
}

}  // namespace varve::log
