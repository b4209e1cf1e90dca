#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/log/log.h"
#include "tests/engine/log/model/model_batch.h"

namespace varve::log::test {

// A transaction, as the batches tell.
struct ModelTxn {
  int64_t producer_id = 0;
  int64_t first_offset = 0;
  int64_t marker = -1;  // its offset; -1: open
  bool aborted = false;
  bool began_below = false;  // of the batches that are known
  bool vague = false;        // of its batches, the first ones are not there any more
  int64_t first_left = -1;   // the first that is; -1: none
};

// What one log has to hold: a list of batches, and what was promised of them. Everything that the
// log shows is compared with it. Violations come back as text; empty means fine.
//
//   acknowledged  there after a clean stop and after a process crash
//   durable       there after a power loss, too
//   optional      a compaction may take it: see model_clean.cc
class ModelLog {
 public:
  // The program's side.

  // Text if the log gave it another place than the next one.
  std::string Acknowledge(DrawnBatch batch, const Appended& appended, int64_t now_ms);
  // The log said no, or nothing.
  void Unanswered(DrawnBatch batch) { unanswered_.push_back(std::move(batch)); }
  // What the log does hold of those, if it goes on. On a device that failed, what it cut off
  // may still be there after a restart.
  std::string Settle(int64_t log_end, int64_t now_ms, bool device_failed);
  void Durable(int64_t offset) { durable_ = std::max(durable_, offset); }
  void EpochBegun(int32_t epoch);
  int32_t NextEpoch() { return ++last_epoch_; }  // no number twice

  // The log start may from now on be found anywhere up to `offset`.
  void LogStartAsked(int64_t offset) { start_asked_ = std::max(start_asked_, offset); }
  // Offsets are about to be checkpointed; and are.
  void Storing(int64_t log_start, int64_t high_watermark);
  void Stored(int64_t log_start, int64_t high_watermark);
  // Segments below `first_base` are gone for good.
  void Prune(int64_t first_base);

  // A truncation begins: the log may be found cut anywhere from new_end on, or begun anew there.
  void BeginCut(int64_t new_end, bool anew);
  void EndCut(int64_t new_end, bool anew);

  // Compaction: a cleaning of everything below `map_end` may have taken place, beginning at
  // began_ms at the earliest. `touched_end`: the end of the last segment that it may have seen.
  struct Cleaning {
    int64_t map_end = 0;
    int64_t touched_end = 0;
    int64_t log_start = 0;
    int64_t began_ms = 0;
    int64_t now_ms = 0;
    int64_t delete_retention_ms = 0;
  };
  void MayHaveCleaned(const Cleaning& cleaning);
  // It has, to its end: nothing may be left that it had to take. After Compare.
  std::string CheckCleaned(int64_t map_end, int64_t log_start) const;

  // The disk's side.

  // `found` is what the log holds after it was opened; what comes later counts from there.
  std::string Reopened(const std::vector<Bytes>& found, bool power_lost, const Log& log,
                       int64_t now_ms);
  // `found` is what it shows from its log start on.
  std::string Compare(const std::vector<Bytes>& found, int64_t log_start);

  // What lookups have to find.
  using Batches = std::deque<ModelBatch>;
  const Batches& batches() const { return batches_; }
  int64_t end() const { return end_; }
  // The first batch that is there and ends at or behind `offset`.
  const ModelBatch* FirstEndingAt(int64_t offset) const;
  std::optional<TimestampOffset> FirstAtLeast(int64_t timestamp, int64_t from, int64_t limit) const;
  std::optional<TimestampOffset> Largest(int64_t from, int64_t limit) const;
  // Of what lies below the log start, nobody knows what is left.
  std::vector<ModelTxn> Transactions(int64_t log_start) const;
  // Whether a producer was ever here.
  bool Knows(int64_t producer_id) const { return producers_.contains(producer_id); }
  bool needs_epoch() const { return needs_epoch_; }
  size_t gone() const;  // records

 private:
  void Add(ModelBatch batch);
  std::string HandOut(const ModelBatch& batch);
  std::string CheckStart(int64_t start) const;
  std::string CheckLost(int64_t log_end, int64_t start, bool power_lost);
  std::string CheckEnd(int64_t log_end, int64_t start);
  std::string CheckStored(const Log& log) const;
  std::string Adopt(const Log& log);
  void AdoptUnanswered(const std::vector<Bytes>& found, int64_t now_ms);
  void TakeBack(int64_t end);
  void RememberOpen(const ModelBatch& batch);
  void ForgetAll(int64_t log_end);

  Batches batches_;
  std::vector<DrawnBatch> unanswered_;
  int64_t end_ = 0;
  int64_t durable_ = 0;
  int64_t start_asked_ = 0;
  int64_t start_stored_ = 0;
  int64_t high_watermark_ = 0;  // of the last checkpoint
  int32_t last_epoch_ = -1;
  std::vector<std::pair<int32_t, int64_t>> epochs_;  // that were begun, and where
  // Offsets that were handed out are gone, and no new leader epoch has told so yet.
  bool lost_unseen_ = false;
  bool needs_epoch_ = true;
  std::optional<std::pair<int64_t, bool>> cutting_;  // the new end, and whether anew
  std::map<int64_t, int64_t> open_below_;  // producers whose transactions began before the batches
  std::set<int64_t> producers_;
  // What was ever shown under an offset and a leader epoch.
  std::map<std::pair<int64_t, int32_t>, uint32_t> handed_out_;
};

}  // namespace varve::log::test
