#include "tests/engine/log/crash_run.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/base/status.h"
#include "tests/engine/log/crash_leftovers.h"
#include "tests/engine/log/crash_process.h"

namespace varve::log::test {
namespace {

using io::SimCrash;

// One machine from its first start on, through crashes that come as drawn.
class Run {
 public:
  Run(const Plan& plan, uint64_t crash_at, const CrashOptions& options)
      : plan_(plan),
        harsh_(options.harsh),
        random_(plan.seed * 1'000'003 + crash_at),
        machine_({.seed = random_.Next()}),
        models_(plan.configs.size()) {
    machine_.disk().Lie(options.lies);
  }

  // The workload. False if a crash ended it.
  bool Workload(uint64_t crash_at) {
    kind_ = DrawCrash();
    crash_at_ = crash_at;
    machine_.disk().CrashAtOperation(crash_at, kind_);
    bool running = Start();
    for (size_t i = 0; running && i < plan_.steps.size(); ++i) {
      const Step& step = plan_.steps[i];
      running = step.kind < Step::kStopCleanly ? Do(step) : Restart(step.kind);
    }
    return running;
  }

  // What comes after a crash: recoveries, some of them crashed; some use; another crash.
  void Aftermath(uint64_t crash_at) {
    Crash(kind_);
    while (random_.OneIn(3) && violation_.empty()) CrashedStart();
    if (!Start() || random_.OneIn(2)) return;
    kind_ = DrawCrash();
    machine_.disk().CrashAtOperation(1 + random_.Below(30), kind_);
    for (const Step& step : MakeAftermath(plan_, crash_at)) {
      if (!Do(step)) break;
    }
    Crash(kind_);
    if (!Start() || !random_.OneIn(4)) return;
    Restart(Step::kStopCleanly);
  }

  void End() {
    if (process_ != nullptr) Crash(SimCrash::kProcess);
  }

  const std::string& violation() const { return violation_; }
  uint64_t operations() { return machine_.disk().operations(); }
  uint64_t trace() const { return machine_.world.trace_hash(); }
  uint64_t rolls() const { return rolls_; }
  uint64_t restarts() const { return restarts_; }
  const Rows& rows() const { return rows_; }

 private:
  SimCrash DrawCrash() {
    return harsh_ || random_.OneIn(2) ? SimCrash::kPower : SimCrash::kProcess;
  }

  // True if `task` came to its end without a crash; then it must not have failed either.
  bool Finish(const char* what, io::Task<absl::Status> task) {
    const absl::Status status = machine_.Run(std::move(task));
    if (violation_.empty()) violation_ = process_->violation();
    if (!violation_.empty() || machine_.disk().crashed()) return false;
    if (!status.ok()) {
      violation_ = fmt::format("{}: {}", what, std::string(status.message()));
    }
    return status.ok();
  }

  bool Start() {
    if (harsh_ || random_.OneIn(3)) {
      const std::string name = random_.OneIn(2) ? "data/t-0" : "data/t-1";
      AddLeftovers(machine_.disk(), name, random_);
    }
    process_ = std::make_unique<Process>(machine_, plan_, models_);
    const bool started = Finish("start", process_->Start(power_lost_));
    // What was found is what counts from now on. A start that crashed has promised nothing new.
    if (started) power_lost_ = false;
    return started;
  }
  bool Do(const Step& step) { return Finish("step", process_->Do(step)); }

  bool Restart(Step::Kind kind) {
    ++restarts_;
    if (kind != Step::kStopCleanly) {
      Crash(kind == Step::kPowerLoss ? SimCrash::kPower : SimCrash::kProcess, true);
    } else {
      if (!Finish("clean stop", process_->StopCleanly())) return false;
      Leave();
    }
    return Start();
  }

  void CrashedStart() {
    kind_ = DrawCrash();
    machine_.disk().CrashAtOperation(1 + random_.Below(25), kind_);
    Start();
    Crash(kind_);
  }

  // Ends the process and starts another on the same disk; `keep` a crash that is to come.
  void Crash(SimCrash kind, bool keep = false) {
    const uint64_t to_come = keep ? pending_crash() : 0;
    machine_.disk().Crash(kind);
    power_lost_ |= kind == SimCrash::kPower;
    Leave();
    if (to_come > 0) machine_.disk().CrashAtOperation(to_come, kind_);
  }
  uint64_t pending_crash() { return crash_at_ > operations() ? crash_at_ - operations() : 0; }
  void Leave() {
    machine_.Run(process_->Die());
    rows_ |= process_->rows();
    rolls_ += process_->rolls();
    process_.reset();
    machine_.Restart();
  }

  const Plan& plan_;
  const bool harsh_;
  io::Random random_;
  Machine machine_;
  std::vector<LogModel> models_;
  std::unique_ptr<Process> process_;
  SimCrash kind_ = SimCrash::kProcess;
  bool power_lost_ = false;
  std::string violation_;
  uint64_t crash_at_ = 0;
  uint64_t rolls_ = 0;
  uint64_t restarts_ = 0;
  Rows rows_;
};

// The workload of a seed, as short as it may be: each of its operations costs a run.
Plan PlanFor(uint64_t seed, CrashResult& result) {
  for (size_t steps_per_life = 5;; steps_per_life += 2) {
    Plan plan = MakePlan(seed, steps_per_life);
    Run run(plan, 0, {});
    run.Workload(0);
    run.End();
    result.operations = run.operations();
    result.rolls = run.rolls();
    result.restarts = run.restarts();
    const bool enough = result.operations >= 200 && result.rolls >= 3 && result.restarts >= 2;
    if (enough || !run.violation().empty()) return plan;
  }
}

}  // namespace

CrashResult CrashEverywhere(uint64_t seed, CrashOptions options) {
  CrashResult result;
  const Plan plan = PlanFor(seed, result);
  io::SimTrace trace;
  for (uint64_t n = seed % options.every; n <= result.operations; n += options.every) {
    Run run(plan, n, options);
    const bool finished = run.Workload(n);
    if (!finished && run.violation().empty()) run.Aftermath(n);
    run.End();
    ++result.runs;
    result.rows |= run.rows();
    trace.Fold(run.trace());
    if (run.violation().empty()) continue;
    result.violation = fmt::format("seed {}, crash at operation {}: {}", seed, n, run.violation());
    break;
  }
  result.trace = trace.hash();
  return result;
}

}  // namespace varve::log::test
