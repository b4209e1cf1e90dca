#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/log/producer_entry.h"
#include "engine/log/producer_snapshot.h"
#include "engine/log/txn_index.h"

namespace varve::log {

// A transaction that a marker ended.
struct CompletedTxn {
  AbortedTransaction transaction;
  int64_t last_offset = 0;  // of the marker
  bool aborted = false;
  // First offset of the oldest transaction that is still open, or the one behind the marker.
  int64_t last_stable_offset = 0;
};

// What a log knows of its producers up to an offset: who wrote what last, which transactions are
// open, and which are decided but not replicated yet. A function of the batches, in their order,
// and of a snapshot to begin with. Pure.
//
// Memory    A few hundred bytes a producer. Whoever owns it bounds their number: Shrink after each
//           group, and Check refuses to begin with more when all are in transactions. A producer
//           that was forgotten starts again with any sequence.
class ProducerState {
 public:
  // Checks of batches that are to be written together, each after those before it: what was
  // accepted is known to the next check, but not to the state. Cleared when they are written, or
  // failed to be.
  class Group {
   public:
    struct Verdict {
      std::optional<ProducerEntry::Batch> duplicate{};  // repeats this one
      std::optional<ProducerFault> fault{};

      bool ok() const { return !duplicate && !fault; }
    };

    Verdict Check(const ProducerState& state, const ProducerBatch& batch, Origin origin,
                  size_t producers_max);
    void Clear() { changed_.clear(); }

   private:
    std::map<int64_t, ProducerEntry> changed_;
  };

  // Notes a batch that was written. Says so if it ended a transaction that had written something.
  std::optional<CompletedTxn> Apply(const ProducerBatch& batch);

  // Forgets producers without open transaction: those whose newest timestamp is old enough; or, if
  // there are more than `producers_max`, those that wrote longest ago, until an eighth is free.
  void Expire(int64_t now_ms, int64_t expiration_ms);
  void Shrink(size_t producers_max);

  // Every offset below `high_watermark` is replicated.
  void OnHighWatermark(int64_t high_watermark);
  // The first offset of a transaction that is open, or not replicated to its end.
  std::optional<int64_t> first_unstable() const;

  const ProducerEntry* Find(int64_t producer_id) const;
  const std::map<int64_t, ProducerEntry>& producers() const { return producers_; }
  size_t open_transactions() const { return open_.size(); }
  bool empty() const { return producers_.empty(); }

  // Kafka's snapshot keeps one batch a producer. Restoring leaves out what has expired.
  std::vector<ProducerSnapshotEntry> Snapshot() const;
  static ProducerState Restore(std::span<const ProducerSnapshotEntry> entries, int64_t now_ms,
                               int64_t expiration_ms);

 private:
  CompletedTxn Complete(int64_t first_offset, const ProducerBatch& marker);

  std::map<int64_t, ProducerEntry> producers_;
  std::map<int64_t, int64_t> open_;          // first offset to producer id
  std::map<int64_t, int64_t> unreplicated_;  // first offset to that of the marker
  // Likewise, from the marker to the first offset. Most logs have none, which takes no memory.
  std::map<int64_t, int64_t> unreplicated_order_;
};

}  // namespace varve::log
