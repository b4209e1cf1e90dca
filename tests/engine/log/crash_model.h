#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/log/log.h"
#include "tests/engine/log/crash_plan.h"

namespace varve::log::test {

// What a log has to hold: the batches that were handed to it, in order, and what it promised of
// them. Violations come back as text; empty means fine.
class LogModel {
 public:
  struct Sent {
    Buffer bytes;  // the log stamps them in place
    std::vector<int64_t> times;
    bool acknowledged = false;
  };

  // The program's side.

  // A producer goes on from its last batch, or from what the log knows of it if that is gone.
  Sent& Send(const PlannedBatch& batch, const ProducerState& known);
  std::string Acknowledge(Sent& sent, const Appended& appended);
  void Durable(int64_t offset) { durable_ = std::max(durable_, offset); }
  void EpochBegun(int32_t epoch) {
    lost_unseen_ = false;
    epoch_ = epoch;
  }
  // The log start may from now on be found anywhere up to `offset`.
  void LogStartAsked(int64_t offset) { start_asked_ = std::max(start_asked_, offset); }
  // It will not be found below `offset` any more.
  void LogStartStored(int64_t offset) { start_stored_ = std::max(start_stored_, offset); }
  void HighWatermarkStored(int64_t offset) { high_watermark_ = offset; }

  // The disk's side: `found` is what the log holds after it was opened; what comes later counts
  // from there.
  std::string Reopened(const std::vector<Bytes>& found, bool power_lost, const Log& log);

  int64_t start() const { return start_; }
  int64_t end() const;
  // What a scan of all records finds.
  std::optional<TimestampOffset> FirstAtLeast(int64_t timestamp, int64_t limit) const;
  std::optional<TimestampOffset> Largest(int64_t limit) const;

 private:
  int32_t NextSequence(int64_t producer_id, const ProducerState& known) const;
  std::string HandOut(Bytes bytes);
  std::string CheckSame(size_t index, Bytes found) const;
  std::string MoveStart(const Log& log);
  std::string CheckStored(const Log& log) const;
  std::string Adopt(const std::vector<Bytes>& found);
  size_t Owed(bool power_lost) const;

  std::deque<Sent> sent_;
  int64_t start_ = 0;  // as it was found
  int64_t start_asked_ = 0;
  int64_t start_stored_ = 0;
  int64_t durable_ = 0;
  int64_t high_watermark_ = 0;  // of the last checkpoint
  int32_t epoch_ = -1;          // the last one that was begun
  // Offsets that were handed out are gone, and no new leader epoch has told so yet.
  bool lost_unseen_ = false;
  // What was ever acknowledged under a leader epoch and an offset.
  std::map<std::pair<int32_t, int64_t>, uint32_t> handed_out_;
};

}  // namespace varve::log::test
