#include <fmt/format.h>

#include <algorithm>

#include "engine/base/status.h"
#include "tests/engine/log/model/checks.h"
#include "tests/engine/log/model/do.h"
#include "tests/engine/log/model/drawing.h"

// What a log shows, against its model.
namespace varve::log::test {
namespace {

using record::BatchView;

int64_t DrawLimit(io::Random& random, const Offsets& offsets) {
  switch (random.Below(4)) {
    case 0:
      return offsets.high_watermark;
    case 1:
      return offsets.last_stable;
    case 2:
      return DrawIn(random, offsets.log_start, offsets.end);
    default:
      return offsets.end;
  }
}

struct Wanted {
  int64_t offset = 0;
  uint64_t bytes_max = 0;
  int64_t limit = 0;
  bool whole_first = false;
};

// The batches from `first` on, as far as the range goes; the last one may be cut short.
std::string CheckBytes(const ModelLog& model, const ModelBatch& first, Bytes bytes, int64_t limit) {
  const ModelBatch* batch = &first;
  while (!bytes.empty()) {
    if (batch == nullptr || batch->last() >= limit) return "more was read than there is";
    const Bytes want = batch->bytes();
    const size_t size = std::min(want.size(), bytes.size());
    if (!std::ranges::equal(want.first(size), bytes.first(size))) {
      return fmt::format("the batch at {} reads differently", batch->base());
    }
    bytes = bytes.subspan(size);
    batch = model.FirstEndingAt(batch->last() + 1);
  }
  return "";
}

// What the range has to be like, before its bytes are read.
std::string CheckRange(const ReadRange& read, const ModelBatch* first, const Wanted& wanted) {
  const uint64_t size = first == nullptr ? 0 : first->bytes().size();
  const bool fits = wanted.whole_first || size <= wanted.bytes_max;
  const bool some = first != nullptr && first->last() < wanted.limit && fits;
  if (!some) return read.range.size == 0 ? "" : "something was read where nothing is";
  const uint64_t most = wanted.whole_first ? std::max(wanted.bytes_max, size) : wanted.bytes_max;
  if (read.range.size >= size && read.range.size <= most && read.first_offset == first->base() &&
      read.first_batch_bytes == size) {
    return "";
  }
  return fmt::format("{} bytes from offset {}, a first batch of {}; it is at {}, of {} bytes",
                     read.range.size, read.first_offset, read.first_batch_bytes, first->base(),
                     size);
}

std::string Explain(const Wanted& wanted, const std::string& wrong) {
  if (wrong.empty()) return "";
  return fmt::format("reading {} below {}, {} bytes{}: {}", wanted.offset, wanted.limit,
                     wanted.bytes_max, wanted.whole_first ? " or one batch" : "", wrong);
}

io::Task<absl::Status> CheckFound(Life& life, size_t index, const ReadRange read,
                                  const Wanted wanted) {
  const ModelLog& model = life.model(index);
  const ModelBatch* first = model.FirstEndingAt(wanted.offset);
  life.Report(Explain(wanted, CheckRange(read, first, wanted)));
  if (read.range.size == 0 || !life.violation().empty()) co_return absl::OkStatus();
  Buffer bytes(read.range.size);
  CO_ASSIGN_OR_RETURN(const size_t got, co_await read.range.file->Read(read.range.position, bytes));
  bytes.resize(got);
  life.Report(Explain(wanted, CheckBytes(model, *first, bytes, wanted.limit)));
  if (got != read.range.size) life.Report("a range that was read ends early");
  co_return absl::OkStatus();
}

io::Task<absl::Status> Read(Life& life, size_t index) {
  io::Random& random = life.random();
  const Offsets offsets = life.log(index).offsets();
  Wanted wanted{DrawIn(random, offsets.log_start, offsets.end), random.Below(2000),
                DrawLimit(random, offsets), random.OneIn(2)};
  const bool outside = random.OneIn(20);
  if (outside) wanted.offset = random.OneIn(2) ? offsets.log_start - 1 : offsets.end + 1;
  const auto read = co_await life.log(index).Read(wanted.offset, wanted.bytes_max, wanted.limit,
                                                  wanted.whole_first);
  if (outside) {
    if (!absl::IsOutOfRange(read.status())) life.Report("an offset outside of the log was read");
    co_return absl::OkStatus();
  }
  CO_RETURN_IF_ERROR(read.status());
  co_return co_await CheckFound(life, index, *read, wanted);
}

std::string Show(const std::optional<TimestampOffset>& found) {
  return found ? fmt::format("{} at {}", found->timestamp, found->offset) : "nothing";
}

// Near that of a record, mostly.
int64_t DrawTime(Life& life, size_t index) {
  io::Random& random = life.random();
  const ModelLog& model = life.model(index);
  if (model.batches().empty() || random.OneIn(8)) return static_cast<int64_t>(random.Below(9999));
  const ModelBatch& batch = model.batches()[random.Below(model.batches().size())];
  const int64_t time = batch.records[random.Below(batch.records.size())].timestamp;
  return std::max<int64_t>(0, time + DrawIn(random, -1, 1));
}

io::Task<absl::Status> FindTime(Life& life, size_t index) {
  const Offsets offsets = life.log(index).offsets();
  const int64_t time = DrawTime(life, index);
  const int64_t limit = DrawLimit(life.random(), offsets);
  CO_ASSIGN_OR_RETURN(const auto found, co_await life.log(index).FindTimestamp(time, limit));
  const auto wanted = life.model(index).FirstAtLeast(time, offsets.log_start, limit);
  if (found != wanted) {
    life.Report(
        fmt::format("time {} below {}: {}, not {}", time, limit, Show(found), Show(wanted)));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> FindLargest(Life& life, size_t index) {
  Log& log = life.log(index);
  const Offsets offsets = log.offsets();
  const ModelLog& model = life.model(index);
  int64_t limit = life.random().OneIn(2) ? offsets.end : offsets.last_stable;
  const ModelBatch* batch =
      model.FirstEndingAt(DrawIn(life.random(), offsets.log_start, offsets.end));
  if (batch != nullptr && life.random().OneIn(2)) limit = batch->base();
  CO_ASSIGN_OR_RETURN(const auto found, co_await log.FindMaxTimestamp(limit));
  const auto wanted = model.Largest(offsets.log_start, limit);
  if (found != wanted) {
    life.Report(fmt::format("largest time below {}: {}, not {}", limit, Show(found), Show(wanted)));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Aborted(Life& life, size_t index) {
  Log& log = life.log(index);
  const Offsets offsets = log.offsets();
  life.Report(CheckLastStable(log, life.model(index)));
  OffsetSpan span{DrawIn(life.random(), offsets.log_start, offsets.end), offsets.end};
  if (life.random().OneIn(2)) {
    span.limit = DrawIn(life.random(), span.start, offsets.end);
    CO_ASSIGN_OR_RETURN(const auto aborted,
                        co_await log.AbortedTransactions(span.start, span.limit));
    life.Report(CheckAborted(aborted, life.model(index), span));
    co_return absl::OkStatus();
  }
  CO_ASSIGN_OR_RETURN(const ReadRange read, co_await log.Read(span.start, 1, offsets.end, true));
  if (read.range.size == 0) co_return absl::OkStatus();
  const ModelBatch* batch = life.model(index).FirstEndingAt(span.start);
  const int64_t next = batch == nullptr ? offsets.end : batch->last() + 1;
  CO_ASSIGN_OR_RETURN(const auto aborted, co_await log.AbortedIn(read));
  // More than that is fine, too.
  std::vector<AbortedTransaction> within;
  std::ranges::copy_if(aborted, std::back_inserter(within),
                       [&](const AbortedTransaction& one) { return one.first_offset < next; });
  life.Report(CheckAborted(within, life.model(index), {read.first_offset, next}));
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::Status> Look(Life& life, Op op, size_t log) {
  switch (op) {
    case Op::kRead:
      co_return co_await Read(life, log);
    case Op::kFindTime:
      co_return co_await FindTime(life, log);
    case Op::kFindLargest:
      co_return co_await FindLargest(life, log);
    case Op::kAborted:
      co_return co_await Aborted(life, log);
    default:
      co_return co_await life.CheckAll(log);
  }
}

}  // namespace varve::log::test
