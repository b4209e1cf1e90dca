#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <optional>

#include "engine/log/sparse_index.h"
#include "tools/dump/batch_walk.h"
#include "tools/dump/entry_cursor.h"
#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/setting.h"

namespace varve::dump {

// A .timeindex beside the batches of its log, both read once, side by side. Times rise, offsets do
// not fall. No batch before the one that ends with an entry's offset is later than the entry, and
// one of those up to it is as late: a lookup would miss records, or retention misjudge the segment.
// The last entry of a closed segment has its largest time. Batches that compaction emptied keep a
// time in their headers, which an index may list and need not.
//
// Lifetime  All references outlive it.
class TimeIndexCheck {
 public:
  TimeIndexCheck(const InputFile& file, const SegmentSetting& setting, Findings& findings);

  absl::Status Begin();
  absl::Status OnBatch(const Step& step);
  // Nothing is asked of what goes on behind damage: its times are not known.
  void OnDamage() { damaged_ = true; }
  absl::Status Finish();

 private:
  absl::Status Advance();
  bool Rises(const log::TimeIndexEntry& entry) const;
  void Compare(const Step& step);
  void Fault(std::string what);
  int64_t offset() const { return setting_.base_offset + int32_t{entry_.relative_offset}; }

  EntryCursor<log::TimeIndexEntry> cursor_;
  const SegmentSetting& setting_;
  Findings& findings_;
  uint64_t used_ = 0;
  bool there_ = false;
  bool damaged_ = false;
  log::TimeIndexEntry entry_{};
  std::optional<log::TimeIndexEntry> last_{};
  int64_t largest_ = record::kNoTimestamp;   // of the batches with records so far
  int64_t promised_ = record::kNoTimestamp;  // by all headers so far
};

}  // namespace varve::dump
