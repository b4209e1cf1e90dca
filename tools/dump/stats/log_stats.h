#pragma once

#include <array>
#include <cstdint>

#include "engine/record/batch.h"
#include "engine/record/record.h"
#include "tools/dump/output.h"
#include "tools/dump/stats/histogram.h"
#include "tools/dump/stats/key_count.h"

namespace varve::dump {

// What is counted of the batches and records of one log.
class LogStats {
 public:
  // Of keys and of producers, so many are counted one by one.
  explicit LogStats(uint64_t keys_max) : keys_(keys_max), producers_(keys_max) {}

  void AddSegment(uint64_t bytes);
  void AddBatch(record::BatchView header);
  // Its records, decompressed, take plain_bytes.
  void AddPlain(record::BatchView header, uint64_t plain_bytes);
  void AddRecord(const record::RecordView& record);
  // A stretch that is no sound batch, and a batch too large to look into.
  void AddDamage() { ++damaged_; }
  void AddSkipped() { ++skipped_; }

  void Print(Output& out) const;

 private:
  struct CodecStats {
    uint64_t batches = 0;
    uint64_t stored_bytes = 0;  // of the records, as they lie in the file
    uint64_t plain_bytes = 0;
  };

  void PrintTotals(Output& out) const;
  void PrintCodecs(Output& out) const;
  void PrintKeys(Output& out) const;
  void PrintCompaction(Output& out) const;
  void PrintProducers(Output& out) const;

  uint64_t segments_ = 0;
  uint64_t log_bytes_ = 0;
  uint64_t records_ = 0;
  uint64_t damaged_ = 0;
  uint64_t skipped_ = 0;
  uint64_t unkeyed_ = 0;
  uint64_t tombstones_ = 0;
  uint64_t idempotent_ = 0;
  uint64_t transactional_ = 0;
  uint64_t control_ = 0;
  int64_t earliest_ = record::kNoTimestamp;
  int64_t latest_ = record::kNoTimestamp;
  std::array<CodecStats, record::kCodecCount> codecs_{};
  Histogram batch_bytes_;
  Histogram batch_records_;
  Histogram value_bytes_;
  KeyCount keys_;
  KeyCount producers_;
};

}  // namespace varve::dump
