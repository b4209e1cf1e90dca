#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/log/clean/key_map.h"
#include "engine/record/record.h"

namespace varve::log {

// The records of a batch, some at a time, with the hashes of their keys: while the last of them are
// read, the map's memory for the first is on its way.
//
//   KeyWindow window(keys, KeyWindow::Hash::kAll);
//   while (window.Fill(records)) {
//     for (const KeyWindow::Entry& entry : window.entries()) ...
//   }
//   RETURN_IF_ERROR(records.status());
class KeyWindow {
 public:
  struct Entry {
    record::RecordView record;
    KeyHash key;  // of its key, if it has one and that was to be hashed
  };

  // Whose keys are hashed.
  enum class Hash {
    kAll,
    kUnknown,  // of records of which keys.superseded() does not tell
  };

  KeyWindow(const KeyMap& keys, Hash which) : keys_(keys), which_(which) {}

  // Takes the next records; false if none is left, or the next is bad.
  bool Fill(record::RecordIterator& records) {
    count_ = 0;
    while (count_ < entries_.size() && records.Next(entries_[count_].record)) {
      Entry& entry = entries_[count_++];
      if (!entry.record.key || IsKnown(entry.record.offset)) continue;
      entry.key = HashOf(*entry.record.key);
      keys_.Prefetch(entry.key);
    }
    return count_ > 0;
  }
  std::span<const Entry> entries() const { return {entries_.data(), count_}; }

 private:
  // About as many fetches as a processor has under way.
  static constexpr size_t kEntries = 32;

  bool IsKnown(int64_t offset) const {
    return which_ == Hash::kUnknown && keys_.superseded().Covers(offset);
  }

  const KeyMap& keys_;
  const Hash which_;
  std::array<Entry, kEntries> entries_;
  size_t count_ = 0;
};

}  // namespace varve::log
