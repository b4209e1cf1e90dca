#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/log/clean/superseded.h"

namespace varve::log {

// What stands for a key.
struct KeyHash {
  uint64_t low = 0;
  uint64_t high = 0;
};
KeyHash HashOf(Bytes key);

// Where each key of a log was written last, in one block of memory that is taken once: open
// addressing over 128-bit hashes of the keys. Keys themselves are not kept: two of them with one
// hash count as one key, which nobody will live to see.
//
// Threads   One at a time; the pool's, while a step of cleaning runs there.
class KeyMap {
 public:
  static constexpr size_t kSlotBytes = 24;

  // Takes at most `bytes` of memory, at least two slots, and fills them up to `load_factor`.
  // Pages are the system's until a key needs them. Notes in `superseded`, which comes on top, what
  // it replaces.
  KeyMap(size_t bytes, double load_factor, Superseded superseded = {});

  // What a map for `keys` keys takes.
  static size_t BytesFor(uint64_t keys, double load_factor);

  // Notes that a key lies at `offset`, which replaces what was noted before. False, and nothing is
  // changed, if the key is new and the map is full. Requires: offset >= 0.
  bool Put(const KeyHash& key, int64_t offset);
  std::optional<int64_t> Find(const KeyHash& key) const;
  // Has the processor fetch what Put or Find of this key will look at: a map is larger than its
  // caches, and many keys can be under way at once.
  void Prefetch(const KeyHash& key) const {
    // The slot, and most often those that the search goes on in: one line of the cache, or two.
    const auto* const at = reinterpret_cast<const std::byte*>(&slots_[HomeOf(key)]);
    __builtin_prefetch(at);
    __builtin_prefetch(at + 2 * kSlotBytes - 1);
  }

  size_t size() const { return size_; }
  size_t size_max() const { return size_max_; }
  size_t bytes() const { return SlotBytes() + superseded_.bytes(); }
  const Superseded& superseded() const { return superseded_; }

 private:
  struct Slot {
    uint64_t low;
    uint64_t high;
    int64_t next_offset;  // of the key's record, plus one; 0: an empty slot
  };
  static_assert(sizeof(Slot) == kSlotBytes);
  struct Unmap {
    size_t bytes;
    void operator()(Slot* slots) const;
  };
  using Slots = std::unique_ptr<Slot[], Unmap>;

  // Where the search for a key begins.
  size_t HomeOf(const KeyHash& key) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<size_t>((static_cast<Wide>(key.high) * slot_count_) >> 64);
  }
  Slot& SlotFor(const KeyHash& key) const;
  size_t SlotBytes() const { return slot_count_ * kSlotBytes; }
  Slots Allocate() const;

  size_t slot_count_;
  size_t size_max_;
  size_t size_ = 0;
  Slots slots_;
  Superseded superseded_;
};

}  // namespace varve::log
