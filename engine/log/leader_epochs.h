#pragma once

#include <cstdint>
#include <vector>

#include "engine/log/checkpoint.h"

namespace varve::log {

// Where each leader epoch began in one log: what tells followers and clients that a tail was
// lost. Rules and names as in Kafka's leader epoch cache. Pure; the owner writes it to disk
// whenever a function says that it changed.
class LeaderEpochs {
 public:
  static constexpr int32_t kNone = -1;
  struct EndOffset {
    int32_t epoch = kNone;
    int64_t end_offset = -1;

    friend bool operator==(const EndOffset&, const EndOffset&) = default;
  };

  LeaderEpochs() = default;
  explicit LeaderEpochs(std::vector<EpochStart> entries) : entries_(std::move(entries)) {}

  const std::vector<EpochStart>& entries() const { return entries_; }
  int32_t latest() const { return entries_.empty() ? kNone : entries_.back().epoch; }

  // `epoch` leads from `offset` on. Entries that it contradicts go. True if anything changed.
  bool Assign(int32_t epoch, int64_t offset);
  // The log now ends at, or begins with, `offset`.
  bool TruncateFromEnd(int64_t offset);
  bool TruncateFromStart(int64_t offset);

  // The largest known epoch that is not above `epoch`, and where it ended: the start of the one
  // after it, or `log_end` for the latest. {-1, -1} if that cannot be told.
  EndOffset EndOffsetFor(int32_t epoch, int64_t log_end) const;
  // The epoch in which `offset` was written; kNone if unknown.
  int32_t EpochAt(int64_t offset) const;

 private:
  std::vector<EpochStart> entries_;
};

}  // namespace varve::log
