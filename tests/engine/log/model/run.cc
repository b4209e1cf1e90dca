#include "tests/engine/log/model/run.h"

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "tests/engine/log/index_check.h"
#include "tests/engine/log/model/do.h"
#include "tests/engine/log/model/drawing.h"

namespace varve::log::test {
namespace {

using io::SimCrash;

constexpr size_t kHistory = 60;
constexpr uint64_t kPlenty = uint64_t{1} << 30;
constexpr int64_t kDayMs = int64_t{24} * 60 * 60 * 1000;

uint64_t TotalWeight() {
  uint64_t total = 0;
  for (const OpText& text : kOps) total += text.weight;
  return total;
}

Op DrawOp(io::Random& random) {
  static const uint64_t total = TotalWeight();
  uint64_t at = random.Below(total);
  for (const OpText& text : kOps) {
    if (at < text.weight) return text.op;
    at -= text.weight;
  }
  return Op::kAppend;
}

// One thing that was done, and what the log was like before.
struct Done {
  Op op;
  size_t log;
  Offsets before;
  std::string comment{};  // of what went wrong
};

class Run {
 public:
  Run(uint64_t seed, const ModelRunOptions& options, Tally& tally)
      : harsh_(options.harsh), random_(seed), machine_({.seed = random_.Next()}), tally_(tally) {
    machine_.disk().Lie(options.lies);
    kept_.resize(1 + random_.Below(3));
    for (Kept& kept : kept_) {
      kept.config = DrawConfig(random_);
      kept.replicated = random_.OneIn(2);
      kept.producers = !random_.OneIn(4);
    }
  }

  void Do(uint64_t operations) {
    for (uint64_t done = 0; done < operations && violation_.empty();) {
      if (life_ == nullptr && !Start()) continue;
      Step(DrawOp(random_), random_.Below(kept_.size()));
      ++done;
    }
  }

  void End() {
    if (life_ != nullptr) Leave(SimCrash::kProcess);
  }

  std::string violation() const {
    if (violation_.empty()) return "";
    std::string text =
        violation_ + "\nafter, with log start, stable, high watermark, durable, end:";
    for (const Done& done : history_) {
      const Offsets& at = done.before;
      text +=
          fmt::format("\n  log {} at {} {} {} {} {}: {}{}", done.log, at.log_start, at.last_stable,
                      at.high_watermark, at.durable, at.end, NameOf(done.op), done.comment);
    }
    return text;
  }

 private:
  SimCrash DrawCrash() {
    return harsh_ || random_.OneIn(2) ? SimCrash::kPower : SimCrash::kProcess;
  }

  void Comment(const std::string& comment) {
    if (!history_.empty()) history_.back().comment += "; " + comment;
  }

  void Note(Op op, size_t log) {
    ++tally_.done[static_cast<size_t>(op)];
    history_.push_back({op, log, life_->OffsetsOf(log)});
    if (history_.size() > kHistory) history_.pop_front();
  }

  void Violate(const std::string& violation) {
    if (violation_.empty()) violation_ = violation;
  }

  void ArmCrash(uint64_t operations_max) {
    armed_ = DrawCrash();
    machine_.disk().CrashAtOperation(1 + random_.Below(operations_max), armed_);
  }

  void InjectFault() {
    const io::SimFault fault = DrawFault(random_);
    // A sync that fails drops pages that readers go on seeing, in this process and the next: what
    // is on the device shows when the machine has been off.
    powerless_ |= fault.call == io::SimCall::kSyncData && fault.kind == io::SimFault::kIoError;
    faulty_ = troubled_ = true;
    machine_.disk().Inject(fault);
    Comment(fmt::format("fault {} in {} '{}' after {}", static_cast<int>(fault.kind),
                        io::NameOf(fault.call), fault.path, fault.skip));
  }

  // What goes wrong beside the next operation.
  void Disturb() {
    if (random_.OneIn(harsh_ ? 10 : 150)) ArmCrash(40);
    if (random_.OneIn(120)) InjectFault();
    if (!limited_ && random_.OneIn(800)) {
      limited_ = troubled_ = true;
      machine_.disk().set_free_bytes(random_.Below(4000));
      Comment("the disk is full");
    } else if (limited_ && random_.OneIn(15)) {
      MakeSpace();
    }
  }

  void MakeSpace() {
    limited_ = false;
    machine_.disk().set_free_bytes(kPlenty);
    Comment("space again");
  }

  // Whether the next operation may fail. A directory that was full looks again by itself.
  bool MayFail() {
    if (faulty_ || limited_ || life_->failed()) return true;
    if (!life_->full()) return false;
    if (random_.OneIn(2)) return true;
    machine_.world.RunFor(std::chrono::milliseconds(1100));
    return machine_.disk().crashed();
  }

  void Step(Op op, size_t log) {
    Note(op, log);
    Disturb();
    const bool may_fail = MayFail();
    if (Crashed()) return;  // while it waited for the directory: of the kind that was armed
    const bool may_look = !faulty_;
    const bool failed_before = life_->failed();
    const bool full_before = life_->full();
    switch (op) {
      case Op::kWait:
        Wait();
        break;
      case Op::kStop:
        return Stop(may_fail);
      case Op::kProcessCrash:
        return Leave(SimCrash::kProcess);
      case Op::kPowerLoss:
        return Leave(SimCrash::kPower);
      default:
        // Reads go on where appends do not.
        Finish(op, log, IsLook(op) ? !may_look : may_fail);
    }
    if (life_ == nullptr) return;
    if (Crashed()) return;
    if (life_->failed() && !failed_before) ++tally_.failed;
    if (life_->full() && !full_before) ++tally_.full;
    if (life_->broken() || (life_->failed() && random_.OneIn(5))) Leave(DrawCrash());
  }

  bool Crashed() {
    if (!machine_.disk().crashed()) return false;
    ++tally_.crashed_inside;
    Comment("crash");
    Leave(armed_);
    return true;
  }

  void ClearFaults() {
    machine_.disk().ClearFaults();
    faulty_ = false;
  }

  void Finish(Op op, size_t log, bool may_fail) {
    const bool failed = life_->failed() && op == Op::kAppend;
    absl::Status status = machine_.Run(IsLook(op) ? Look(*life_, op, log) : Write(*life_, op, log));
    ClearFaults();
    Violate(life_->violation());
    if (machine_.disk().crashed()) return;
    if (!status.ok()) Comment(std::string(status.message()));
    if (!status.ok() && !may_fail) Violate("failed: " + std::string(status.message()));
    if (failed && !absl::IsDataLoss(status)) Violate("a failed directory takes appends");
    if (op == Op::kAppend && absl::IsDataLoss(status) && !life_->failed()) {
      Violate("after a failed append its directory goes on");
    }
    if (life_->broken() || !violation_.empty()) return;
    status = machine_.Run(life_->Verify());
    Violate(life_->violation());
    if (!status.ok() && !machine_.disk().crashed()) Violate(std::string(status.message()));
  }

  void Wait() {
    const int64_t most_ms = random_.OneIn(4) ? kDayMs / 4 : 10'000;
    machine_.world.RunFor(std::chrono::milliseconds(DrawIn(random_, 1, most_ms)));
    ClearFaults();
    Violate(life_->violation());
  }

  void Stop(bool may_fail) {
    const absl::Status stopped = machine_.Run(life_->StopCleanly());
    ClearFaults();
    if (Crashed()) return;
    if (!stopped.ok()) {
      Comment(std::string(stopped.message()));
      if (!may_fail) Violate("a clean stop failed: " + std::string(stopped.message()));
      return Leave(DrawCrash());
    }
    // A call that failed may have left a file that the next start has to find.
    for (size_t i = 0; i < kept_.size() && !troubled_; ++i) {
      Violate(CheckIndexFiles(machine_.disk(), fmt::format("data/t-{}", i)));
    }
    const bool power_lost_before = power_lost_;
    Leave(DrawCrash());
    power_lost_ = power_lost_before;  // nothing may be lost
  }

  // Ends the process, and maybe the machine.
  void Leave(SimCrash kind) {
    io::SimDisk& disk = machine_.disk();
    disk.Crash(kind);
    ClearFaults();
    machine_.Run(life_->Die());
    life_.reset();
    if (powerless_ && kind == SimCrash::kProcess) {
      disk.Restart();
      disk.Crash(SimCrash::kPower);
      kind = SimCrash::kPower;
    }
    machine_.Restart();
    power_lost_ |= kind == SimCrash::kPower;
    powerless_ = troubled_ = false;
  }

  // True if it has started.
  bool Start() {
    life_ = std::make_unique<Life>(machine_, kept_, random_, tally_);
    if (random_.OneIn(harsh_ ? 2 : 6)) ArmCrash(60);
    if (random_.OneIn(12)) InjectFault();
    const bool may_fail = faulty_ || limited_;
    const absl::Status started = machine_.Run(life_->Start(power_lost_, run_));
    run_ = {run_.now, run_.now + 1};
    ClearFaults();
    Violate(life_->violation());
    if (Crashed()) return false;
    if (started.ok()) {
      power_lost_ = false;
      return true;
    }
    Comment("start: " + std::string(started.message()));
    if (!may_fail) Violate("a start failed: " + std::string(started.message()));
    if (limited_) MakeSpace();
    ++tally_.starts_failed;
    Leave(DrawCrash());
    return false;
  }

  const bool harsh_;
  io::Random random_;
  Machine machine_;
  Tally& tally_;
  std::vector<Kept> kept_;
  std::unique_ptr<Life> life_;
  RunNumbers run_;
  SimCrash armed_ = SimCrash::kProcess;
  bool power_lost_ = false;
  bool powerless_ = false;  // the next stop has to be one of the machine
  bool faulty_ = false;
  bool troubled_ = false;  // some call of this life may have failed
  bool limited_ = false;
  std::string violation_;
  std::deque<Done> history_;
};

}  // namespace

std::string ModelRun(uint64_t seed, const ModelRunOptions& options, Tally& tally) {
  Run run(seed, options, tally);
  run.Do(options.operations);
  run.End();
  return run.violation();
}

}  // namespace varve::log::test
