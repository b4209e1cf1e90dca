#pragma once

#include <absl/status/statusor.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/base/status.h"
#include "tools/dump/input_file.h"

namespace varve::dump {

// Reads a file of fixed entries, front to back, a block at a time.
//
//   EntryCursor<log::OffsetIndexEntry> cursor(file);
//   ASSIGN_OR_RETURN(bool there, cursor.Next(entry));
//
// Lifetime  The file outlives it.
template <typename Entry>
class EntryCursor {
 public:
  explicit EntryCursor(const InputFile& file) : file_(&file) {}

  uint64_t count() const { return file_->size() / sizeof(Entry); }
  // Bytes behind the last whole entry.
  uint64_t odd_bytes() const { return file_->size() % sizeof(Entry); }
  // How many Next has delivered.
  uint64_t index() const { return index_; }
  // Where the last delivered entry lies in the file.
  uint64_t position() const { return (index_ - 1) * sizeof(Entry); }
  const InputFile& file() const { return *file_; }

  // False at the end.
  absl::StatusOr<bool> Next(Entry& entry) {
    if (at_ == block_.size()) {
      RETURN_IF_ERROR(Fill());
      if (block_.empty()) return false;
    }
    entry = block_[at_++];
    ++index_;
    return true;
  }

  // How many entries there are before those at the end that are all zeros: an index of Kafka's
  // that was never closed has its full size. One entry alone is never taken for that.
  absl::StatusOr<uint64_t> CountUsed() const {
    uint64_t end = count();
    while (end > 1) {
      const uint64_t begin = end > kBlockEntries ? end - kBlockEntries : 0;
      std::vector<Entry> block(end - begin);
      RETURN_IF_ERROR(Read(begin, block));
      end = begin + block.size();  // less, if the file became shorter
      for (; end > begin; --end) {
        if (!IsZero(block[end - begin - 1])) return end;
      }
    }
    return end;
  }

 private:
  static constexpr size_t kBlockEntries = 4096;

  static bool IsZero(const Entry& entry) {
    const Entry zero{};
    return std::memcmp(&entry, &zero, sizeof(Entry)) == 0;
  }

  absl::Status Read(uint64_t from, std::vector<Entry>& into) const {
    const MutableBytes bytes = std::as_writable_bytes(std::span(into));
    ASSIGN_OR_RETURN(const size_t got, file_->Read(from * sizeof(Entry), bytes));
    into.resize(got / sizeof(Entry));
    return absl::OkStatus();
  }

  absl::Status Fill() {
    at_ = 0;
    block_.resize(std::min<uint64_t>(kBlockEntries, count() - index_));
    return Read(index_, block_);
  }

  const InputFile* file_;
  uint64_t index_ = 0;
  std::vector<Entry> block_;
  size_t at_ = 0;
};

}  // namespace varve::dump
