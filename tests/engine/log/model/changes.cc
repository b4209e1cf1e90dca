#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/time_search.h"
#include "tests/engine/log/model/appends.h"
#include "tests/engine/log/model/do.h"
#include "tests/engine/log/model/drawing.h"

// What changes a log besides appends: its ends, its segments, its config.
namespace varve::log::test {
namespace {

io::Task<absl::Status> Flush(Life& life, size_t index) {
  Log& log = life.log(index);
  const int64_t end = log.offsets().end;
  CO_RETURN_IF_ERROR(co_await log.Flush());
  if (log.offsets().durable < end) life.Report("a flush has ended before it was done");
  co_return absl::OkStatus();
}

// What came just now is not too old, whatever its times say.
std::string CheckRetained(const ModelLog& model, const Log& log, OffsetSpan gone, int64_t now_ms) {
  const Config& config = log.config();
  const int64_t unread_ms = std::min(config.retention_ms, kUnreadMsMin);
  for (const ModelBatch& batch : model.batches()) {
    if (batch.absent || batch.last() < gone.start || batch.last() >= gone.limit) continue;
    if (now_ms - batch.came_ms > unread_ms) continue;
    return fmt::format("offset {} came {} ms ago and was too old for retention of {} ms",
                       batch.base(), now_ms - batch.came_ms, config.retention_ms);
  }
  return "";
}

std::string CheckRetention(Life& life, size_t index, const RetentionDecision& decision,
                           const Offsets& before) {
  const Log& log = life.log(index);
  const Config& config = log.config();
  const int64_t first_base = log.first_segment_base();
  if (log.offsets().log_start != std::max(before.log_start, first_base)) {
    return fmt::format("retention moved the log start to {}, the first segment begins at {}",
                       log.offsets().log_start, first_base);
  }
  if (first_base > before.high_watermark) return "retention went beyond the high watermark";
  const bool by_config = decision.over_size + decision.expired > 0;
  if (by_config && !config.cleanup_delete) return "retention of a log without";
  const bool too_much = decision.over_size > 0 && decision.expired == 0 &&
                        log.size_bytes() < static_cast<uint64_t>(config.retention_bytes);
  if (too_much) return fmt::format("retention left {} bytes", log.size_bytes());
  if (decision.expired == 0 || decision.over_size > 0) return "";
  return CheckRetained(life.model(index), log, {before.log_start, first_base}, life.now_ms());
}

io::Task<absl::Status> Retain(Life& life, size_t index, bool alone) {
  Log& log = life.log(index);
  const Offsets before = log.offsets();
  life.model(index).LogStartAsked(before.high_watermark);  // at the most
  CO_ASSIGN_OR_RETURN(const RetentionDecision decision, co_await log.ApplyRetention(life.now_ms()));
  if (decision.count() == 0) co_return absl::OkStatus();
  ++life.tally().deleted;
  if (alone) life.Report(CheckRetention(life, index, decision, before));
  life.model(index).Prune(log.first_segment_base());
  co_return absl::OkStatus();
}

io::Task<absl::Status> AdvanceStart(Life& life, size_t index) {
  Log& log = life.log(index);
  const Offsets& offsets = log.offsets();
  if (life.random().OneIn(10)) {
    const int64_t wrong = life.random().OneIn(2) ? -1 : offsets.high_watermark + 1;
    if ((co_await log.AdvanceLogStart(wrong)).ok()) life.Report("any log start is fine");
    co_return absl::OkStatus();
  }
  const int64_t room = offsets.high_watermark - offsets.log_start;
  const int64_t start = DrawIn(life.random(), offsets.log_start, offsets.log_start + room / 2);
  life.model(index).LogStartAsked(start);
  CO_RETURN_IF_ERROR(co_await log.AdvanceLogStart(start));
  if (offsets.log_start != start) life.Report("the log start is not where it was put");
  co_return absl::OkStatus();
}

// To the end, or to that of some batch.
void Replicate(Life& life, size_t index) {
  Log& log = life.log(index);
  const int64_t from = log.offsets().high_watermark;
  const int64_t end = log.offsets().end;
  const ModelBatch* batch = life.random().OneIn(2)
                                ? life.model(index).FirstEndingAt(DrawIn(life.random(), from, end))
                                : nullptr;
  log.AdvanceHighWatermark(batch != nullptr ? batch->last() + 1 : end);
}

io::Task<absl::Status> Clean(Life& life, bool alone) {
  const int64_t began_ms = life.now_ms();
  std::vector<CleaningStatus> before = life.cleaner().Statuses();
  const bool cleaned = co_await life.cleaner().CleanOne();
  for (size_t i = 0; i < life.size(); ++i) {
    const CleaningStatus now = *life.cleaner().StatusOf(life.log(i));
    if (now.cleanings > before[i].cleanings) {
      life.NoteCleaning(i, began_ms, now.last.cleaned_up_to);
    } else if (!cleaned && (!alone || now.failures > before[i].failures || life.crashed())) {
      life.NoteCleaning(i, began_ms, std::nullopt);
    }
  }
  co_return absl::OkStatus();
}

// Where a cut has to end, by what the model knows: where the batches end that stay.
CutPlan PlanCut(const ModelLog& model, size_t index, int64_t log_start, int64_t target) {
  int64_t end = log_start;
  for (const ModelBatch& batch : model.batches()) {
    if (!batch.absent && batch.last() >= log_start && batch.last() < target) end = batch.last() + 1;
  }
  if (end > log_start) return {index, end, false};
  return {index, std::clamp<int64_t>(target, 0, log_start), true};
}

io::Task<absl::Status> Truncate(Life& life, size_t index) {
  Log& log = life.log(index);
  const Offsets& offsets = log.offsets();
  // Mostly a little.
  const int64_t span = life.random().OneIn(4) ? offsets.end - offsets.log_start + 3 : 12;
  const int64_t target = offsets.end + 1 - DrawIn(life.random(), 0, span);
  const CutPlan plan = PlanCut(life.model(index), index, offsets.log_start, target);
  const bool cuts = target < offsets.end;
  if (cuts) {
    CO_RETURN_IF_ERROR(co_await life.Checkpoint(plan));
    life.model(index).BeginCut(plan.new_end, plan.anew);
  }
  const absl::StatusOr<int64_t> end = co_await log.TruncateTo(target);
  if (!end.ok()) life.NoteBroken();
  CO_RETURN_IF_ERROR(end.status());
  const int64_t wanted = cuts ? plan.new_end : offsets.end;
  if (*end != wanted) life.Report(fmt::format("cut at {}, not {}", *end, wanted));
  if (!cuts) co_return absl::OkStatus();
  life.model(index).EndCut(plan.new_end, plan.anew);
  ++life.tally().truncated;
  co_return co_await life.BeginEpoch(index);
}

io::Task<absl::Status> TruncateFully(Life& life, size_t index) {
  Log& log = life.log(index);
  const int64_t end = log.offsets().end;
  const CutPlan plan{index, DrawIn(life.random(), 0, end + 5), true};
  CO_RETURN_IF_ERROR(co_await life.Checkpoint(plan));
  life.model(index).BeginCut(plan.new_end, true);
  const absl::Status cut = co_await log.TruncateFully(plan.new_end);
  if (!cut.ok()) life.NoteBroken();
  CO_RETURN_IF_ERROR(cut);
  life.model(index).EndCut(plan.new_end, true);
  if (end > 0) ++life.tally().truncated;
  co_return co_await life.BeginEpoch(index);
}

void Configure(Life& life, size_t index) {
  Config config = DrawConfig(life.random());
  life.kept(index).config = config;
  life.log(index).set_config(config);
}

io::Task<void> Beside(io::Task<absl::Status> task, absl::Status& result) {
  const absl::Status status = co_await std::move(task);
  if (result.ok()) result = status;
}

io::Task<absl::Status> ReadBeside(Life& life, size_t index) {
  const Offsets offsets = life.log(index).offsets();
  const int64_t offset = DrawIn(life.random(), offsets.log_start, offsets.end);
  const auto read = co_await life.log(index).Read(offset, 1000, offsets.end, true);
  // It may have been deleted meanwhile.
  co_return life.log(index).offsets().log_start > offset ? absl::OkStatus() : read.status();
}

io::Task<absl::Status> Burst(Life& life, size_t index) {
  absl::Status result;
  io::Random& random = life.random();
  const bool deletes = random.OneIn(3);
  io::Gate gate(life.loop());
  gate.Spawn(Beside(AppendDrawn(life, index, 1 + random.Below(6)), result));
  gate.Spawn(Beside(Flush(life, index), result));
  gate.Spawn(Beside(life.Checkpoint(), result));
  gate.Spawn(Beside(ReadBeside(life, index), result));
  if (deletes) gate.Spawn(Beside(Retain(life, index, false), result));
  if (random.OneIn(2)) gate.Spawn(Beside(Clean(life, !deletes), result));
  co_await gate.Close();
  co_return result;
}

}  // namespace

io::Task<absl::Status> Write(Life& life, Op op, size_t log) {
  switch (op) {
    case Op::kAppend:
      co_return co_await AppendDrawn(life, log, 1);
    case Op::kAppendTogether:
      co_return co_await AppendDrawn(life, log, 2 + life.random().Below(6));
    case Op::kMarker:
      co_return co_await AppendMarker(life, log);
    case Op::kRepeat:
      co_return co_await AppendWrongly(life, log);
    case Op::kFlush:
      co_return co_await Flush(life, log);
    case Op::kBurst:
      co_return co_await Burst(life, log);
    case Op::kCheckpoint:
      co_return co_await life.Checkpoint();
    case Op::kRollIfOld:
      co_return co_await life.log(log).RollIfOld(life.now_ms());
    case Op::kRetain:
      co_return co_await Retain(life, log, true);
    case Op::kAdvanceStart:
      co_return co_await AdvanceStart(life, log);
    case Op::kHighWatermark:
      Replicate(life, log);
      co_return absl::OkStatus();
    case Op::kClean:
      co_return co_await Clean(life, true);
    case Op::kTruncate:
      co_return co_await Truncate(life, log);
    case Op::kTruncateFully:
      co_return co_await TruncateFully(life, log);
    case Op::kEpoch:
      co_return co_await life.BeginEpoch(log);
    case Op::kConfigure:
      Configure(life, log);
      co_return absl::OkStatus();
    default:
      co_return absl::UnimplementedError(std::string(NameOf(op)));
  }
}

}  // namespace varve::log::test
