#include "engine/log/clean/key_map.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>

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

KeyMap::KeyMap(size_t bytes, double load_factor)
    : slot_count_(std::max(bytes / kSlotBytes, kSlotsMin)),
      size_max_(KeysMax(slot_count_, load_factor)) {
  Allocate();
}

size_t KeyMap::BytesFor(uint64_t keys, double load_factor) {
  const double slots = std::ceil(static_cast<double>(keys) / load_factor) + 1;
  return static_cast<size_t>(slots) * kSlotBytes;
}

// Large blocks come as pages of zeros that cost nothing until they are touched.
void KeyMap::Allocate() {
  slots_.reset(static_cast<Slot*>(std::calloc(slot_count_, sizeof(Slot))));
  VARVE_CHECK(slots_ != nullptr, "no memory for {} slots", slot_count_);
}

void KeyMap::Clear() {
  if (size_ == 0) return;
  size_ = 0;
  slots_.reset();
  Allocate();
}

KeyMap::Hash KeyMap::HashOf(Bytes key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return {hash.low64, hash.high64};
}

// The slot that has the hash, or the empty one where it would go.
KeyMap::Slot& KeyMap::SlotFor(const Hash& hash) const {
  __extension__ using Wide = unsigned __int128;
  auto at = static_cast<size_t>((static_cast<Wide>(hash.high) * slot_count_) >> 64);
  for (;;) {
    Slot& slot = slots_[at];
    if (slot.next_offset == 0 || (slot.low == hash.low && slot.high == hash.high)) return slot;
    if (++at == slot_count_) at = 0;
  }
}

bool KeyMap::Put(Bytes key, int64_t offset) {
  VARVE_CHECK(offset >= 0, "a key at offset {}", offset);
  const Hash hash = HashOf(key);
  Slot& slot = SlotFor(hash);
  if (slot.next_offset == 0) {
    if (size_ == size_max_) return false;
    ++size_;
    slot.low = hash.low;
    slot.high = hash.high;
  }
  slot.next_offset = offset + 1;
  return true;
}

std::optional<int64_t> KeyMap::Find(Bytes key) const {
  const Slot& slot = SlotFor(HashOf(key));
  if (slot.next_offset == 0) return std::nullopt;
  return slot.next_offset - 1;
}

}  // namespace varve::log
