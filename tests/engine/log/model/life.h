#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/clean/cleaner_manager.h"
#include "engine/log/directory.h"
#include "engine/log/flusher.h"
#include "engine/log/log.h"
#include "tests/engine/log/machine.h"
#include "tests/engine/log/model/model_log.h"
#include "tests/engine/log/model/tally.h"

namespace varve::log::test {

// One log over all lives of its machine.
struct Kept {
  ModelLog model;
  Config config;
  bool replicated = false;  // the high watermark follows the end by itself
  bool producers = true;    // a manifest describes only logs without
};

// A truncation that is about to begin.
struct CutPlan {
  size_t log = 0;
  int64_t new_end = 0;
  bool anew = false;
};

// Which run of the program a life is, and which one was before it.
struct RunNumbers {
  int64_t last = -1;
  int64_t now = 0;
};

// One life of a program that keeps a directory of logs, and tells the models what it was promised.
// The calls of writes.h and looks.h work on it. Tasks end early when the machine crashes.
class Life : private Log::Listener {
 public:
  Life(Machine& machine, std::vector<Kept>& kept, io::Random& random, Tally& tally);

  // Opens the directory and all logs, and compares them with the models.
  io::Task<absl::Status> Start(bool power_lost, RunNumbers run);
  io::Task<absl::Status> StopCleanly();
  // Lets go of everything, whatever works no more. Before the destructor.
  io::Task<void> Die();

  // After an operation: what the log did with batches that it gave no answer for, and whether
  // compactions took what they had to. Not in the face of faults.
  io::Task<absl::Status> Verify();
  // Everything that one log shows, against the model.
  io::Task<absl::Status> CheckAll(size_t index);

  io::Task<absl::Status> Checkpoint(std::optional<CutPlan> cut = std::nullopt);
  io::Task<absl::Status> BeginEpoch(size_t index);
  // A cleaning that ended well reached so far; nothing: it may have ended anywhere.
  void NoteCleaning(size_t index, int64_t began_ms, std::optional<int64_t> map_end);
  void NoteBroken() { broken_ = true; }
  void Report(std::string violation);

  Log& log(size_t index) { return *logs_[index]; }
  Kept& kept(size_t index) { return kept_[index]; }
  ModelLog& model(size_t index) { return kept_[index].model; }
  size_t size() const { return kept_.size(); }
  io::Random& random() { return random_; }
  io::Loop& loop() { return *machine_.loop; }
  int64_t now_ms() const { return machine_.loop->clock().WallMillis(); }
  CleanerManager& cleaner() { return *cleaner_; }
  Tally& tally() { return tally_; }
  bool crashed() { return machine_.disk().crashed(); }

  const std::string& violation() const { return violation_; }
  bool broken() const { return broken_; }
  bool failed() const { return directory_ != nullptr && directory_->health().failed(); }
  bool full() const { return directory_ != nullptr && directory_->health().full(); }
  // For the record of what was done.
  Offsets OffsetsOf(size_t index) const;

 private:
  void OnAdvance(Log& log) override;
  io::Task<absl::Status> OpenDirectory();
  io::Task<absl::Status> MakePartitions();
  io::Task<absl::Status> OpenLog(size_t index, bool power_lost);
  io::Task<absl::Status> CompareReopened(size_t index, bool power_lost);
  io::Task<absl::Status> CheckState(size_t index);
  LogDirectory::Checkpoints Checkpoints(const std::optional<CutPlan>& cut) const;
  io::Task<absl::Status> Store(LogDirectory::Checkpoints checkpoints);
  CleanerManager::Options DrawCleaner();

  Machine& machine_;
  std::vector<Kept>& kept_;
  io::Random& random_;
  Tally& tally_;
  RunNumbers run_;
  std::unique_ptr<LogDirectory> directory_;
  std::unique_ptr<Flusher> flusher_;
  std::unique_ptr<CleanerManager> cleaner_;
  std::vector<std::unique_ptr<Log>> logs_;
  // Logs that may have been compacted, and up to where for certain.
  std::vector<std::optional<std::optional<int64_t>>> cleaned_;
  std::string violation_;
  bool broken_ = false;
};

}  // namespace varve::log::test
