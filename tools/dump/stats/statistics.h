#pragma once

#include <absl/status/status.h>

#include <string>

#include "tools/dump/batch_walk.h"
#include "tools/dump/options.h"
#include "tools/dump/output.h"
#include "tools/dump/stats/log_stats.h"
#include "tools/dump/status_count.h"
#include "tools/text/progress.h"

namespace varve::dump {

// Counts what is in logs, and prints it: for each partition directory, and for each .log file that
// is named. Records of control batches are not counted as records. Damage is counted and passed
// over.
//
// Lifetime  All references outlive it.
class Statistics {
 public:
  Statistics(const Options& options, Output& out, StatusCount& status)
      : options_(options), out_(out), status_(status), progress_(options.progress) {}

  void Run();

 private:
  void OfPath(const std::string& path);
  void OfPartition(const std::string& path);
  void OfFile(const std::string& path);
  void Count(const std::string& path, LogStats& stats);
  absl::Status CountFile(const std::string& path, LogStats& stats);
  absl::Status CountBatch(BatchWalk& walk, const Step& step, LogStats& stats);
  void CountRecords(record::BatchView batch, LogStats& stats);
  void CountDamage(LogStats& stats);
  void Print(const std::string& path, const LogStats& stats);

  const Options& options_;
  Output& out_;
  StatusCount& status_;
  text::Progress progress_;
};

}  // namespace varve::dump
