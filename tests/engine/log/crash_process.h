#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/log/directory.h"
#include "engine/log/log.h"
#include "tests/engine/log/crash_model.h"
#include "tests/engine/log/crash_plan.h"
#include "tests/engine/log/machine.h"

namespace varve::log::test {

// One life of a program that keeps a directory of logs, as a broker does, and tells the models
// what it was promised. Tasks end early when the machine crashes: then `violation` says nothing
// and the next life does.
class Process : private Log::Listener {
 public:
  Process(Machine& machine, const Plan& plan, std::vector<LogModel>& models)
      : machine_(machine), plan_(plan), models_(models), random_(plan.seed) {}

  // Opens the directory and all logs, and compares them with the models.
  io::Task<absl::Status> Start(bool power_lost);
  io::Task<absl::Status> Do(const Step& step);
  io::Task<absl::Status> StopCleanly();
  // Lets go of everything, whatever works no more. Before the destructor.
  io::Task<void> Die();

  const std::string& violation() const { return violation_; }
  const Rows& rows() const { return rows_; }
  uint64_t rolls() const { return rolls_; }

 private:
  void OnAdvance(Log& log) override;
  void Report(std::string violation);
  size_t IndexOf(const Log& log) const;

  io::Task<absl::Status> MakePartitions();
  io::Task<absl::Status> OpenLog(size_t index, bool power_lost);
  io::Task<absl::Status> Append(size_t index, const std::vector<PlannedBatch>& batches);
  io::Task<absl::Status> Burst(const Step& step);
  io::Task<absl::Status> Checkpoint();
  io::Task<absl::Status> RaiseLogStart(const Step& step);
  io::Task<absl::Status> Retain(const Step& step);
  io::Task<absl::Status> BeginEpoch(size_t index);
  io::Task<void> Beside(io::Task<absl::Status> task, absl::Status& result);
  LogDirectory::Checkpoints Checkpoints() const;

  Machine& machine_;
  const Plan& plan_;
  std::vector<LogModel>& models_;
  io::Random random_;
  std::unique_ptr<LogDirectory> directory_;
  std::vector<std::unique_ptr<Log>> logs_;
  std::string violation_;
  Rows rows_;
  uint64_t rolls_ = 0;
};

}  // namespace varve::log::test
