#include "tests/engine/log/crash_check.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "tests/engine/log/index_check.h"

namespace varve::log::test {

using record::BatchView;

namespace {

std::string CheckEnds(const Log& log, const LogModel& model) {
  const Offsets& offsets = log.offsets();
  if (offsets.end != model.end())
    return fmt::format("ends at {}, not {}", offsets.end, model.end());
  if (offsets.log_start != model.start()) return fmt::format("starts at {}", offsets.log_start);
  if (offsets.durable != offsets.end) return "not all is durable after opening";
  if (offsets.high_watermark > offsets.end) return "a high watermark behind the end";
  return "";
}

std::string Show(const std::optional<TimestampOffset>& found) {
  return found ? fmt::format("{} at {}", found->timestamp, found->offset) : "nothing";
}

io::Task<absl::StatusOr<std::string>> CheckTimes(Log& log, const LogModel& model,
                                                 io::Random& random) {
  const int64_t end = log.offsets().end;
  const auto time = static_cast<int64_t>(990 + random.Below(60));
  const auto limit = random.OneIn(2) ? end : static_cast<int64_t>(random.Below(end + 1));
  CO_ASSIGN_OR_RETURN(const auto found, co_await log.FindTimestamp(time, limit));
  const auto wanted = model.FirstAtLeast(time, limit);
  if (Show(found) != Show(wanted)) {
    co_return fmt::format("time {} below {}: {}, not {}", time, limit, Show(found), Show(wanted));
  }
  CO_ASSIGN_OR_RETURN(const auto largest, co_await log.FindMaxTimestamp(end));
  if (Show(largest) != Show(model.Largest(end))) {
    co_return fmt::format("largest time: {}, not {}", Show(largest), Show(model.Largest(end)));
  }
  co_return std::string();
}

io::Task<absl::StatusOr<std::string>> CheckOffset(Log& log, io::Random& random) {
  const int64_t start = log.offsets().log_start;
  const int64_t end = log.offsets().end;
  if (end == start) co_return std::string();
  const int64_t offset = start + static_cast<int64_t>(random.Below(end - start));
  CO_ASSIGN_OR_RETURN(const ReadRange read, co_await log.Read(offset, 1, end, true));
  Buffer bytes(read.range.size);
  if (bytes.empty()) co_return fmt::format("nothing to read at offset {}", offset);
  CO_RETURN_IF_ERROR((co_await read.range.file->Read(read.range.position, bytes)).status());
  const BatchView batch(bytes);
  if (offset < batch.base_offset() || offset > batch.last_offset()) {
    co_return fmt::format("offset {} is said to be in {}", offset, batch.base_offset());
  }
  if (log.epochs().EpochAt(offset) != batch.leader_epoch()) {
    co_return fmt::format("offset {} is of epoch {}, the checkpoint says {}", offset,
                          batch.leader_epoch(), log.epochs().EpochAt(offset));
  }
  co_return std::string();
}

}  // namespace

io::Task<absl::StatusOr<std::string>> CheckLog(Log& log, const LogModel& model, Machine& machine) {
  std::string wrong = CheckEnds(log, model);
  if (wrong.empty()) wrong = CheckIndexFiles(machine.disk(), log.directory());
  io::Random& random = machine.loop->random();
  for (int i = 0; i < 2 && wrong.empty(); ++i) {
    CO_ASSIGN_OR_RETURN(wrong, co_await CheckOffset(log, random));
    if (!wrong.empty()) break;
    CO_ASSIGN_OR_RETURN(wrong, co_await CheckTimes(log, model, random));
  }
  co_return wrong;
}

io::Task<absl::Status> CheckRead(Log& log, io::Random& random) {
  const int64_t start = log.offsets().log_start;
  const int64_t end = log.offsets().end;
  const int64_t offset = start + static_cast<int64_t>(random.Below(end - start + 1));
  const auto read = co_await log.Read(offset, 1000, end, true);
  // It may have been deleted meanwhile.
  co_return log.offsets().log_start > offset ? absl::OkStatus() : read.status();
}

}  // namespace varve::log::test
