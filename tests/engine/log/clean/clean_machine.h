#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/clean/cleaner.h"
#include "engine/record/builder.h"
#include "tests/engine/log/log_machine.h"

namespace varve::log::test {

// One record of a batch: "k=v", or "k=" for a tombstone.
Buffer Keyed(const std::vector<std::string>& records, int64_t time = 1000,
             record::BatchOptions options = {});

// What batches hold, in order: "0:a=1", a tombstone as "1:b=-", a marker as "2:commit", a batch
// without records as "[3-5]". A batch with a delete horizon ends with "~horizon".
std::string Show(Bytes batches);

// The last value of each key; nothing for one that was deleted.
using LastValues = std::map<std::string, std::string>;
LastValues LastOf(Bytes batches);

// A machine with a log that is compacted, and with what a cleaning is told.
//
//   CleanMachine m;
//   m.Put({"a=1", "b=1"});
//   m.PutInNext({"a=2"});              // in a segment of its own
//   EXPECT_TRUE(m.Clean().ok());
//   EXPECT_EQ(m.ShowLog(), "1:b=1 2:a=2");
class CleanMachine : public LogMachine {
 public:
  explicit CleanMachine(Config config = {}, io::SimOptions sim = {})
      : LogMachine(WithCompaction(config), sim) {
    Open();
  }

  // As the log would be after an append; expects that to work.
  int64_t Put(const std::vector<std::string>& records, int64_t time = 1000);
  int64_t PutInNext(const std::vector<std::string>& records, int64_t time = 1000);
  int64_t PutBatch(Buffer batch);
  int64_t PutBatchInNext(Buffer batch);

  // One cleaning of everything but the active segment, from where the last one ended.
  absl::StatusOr<CleanerReport> Clean(CleanerInputs inputs = {});
  io::Task<absl::StatusOr<CleanerReport>> CleanTask(CleanerInputs inputs);

  Buffer ReadBytes();
  std::string ShowLog() { return Show(ReadBytes()); }
  LastValues Last() { return LastOf(ReadBytes()); }

  static Config WithCompaction(Config config) {
    config.cleanup_compact = true;
    return config;
  }

  CleanerOptions options;
  double bytes_per_second = Throttle::kUnlimited;
};

}  // namespace varve::log::test
