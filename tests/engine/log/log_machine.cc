#include "tests/engine/log/log_machine.h"

#include <fmt/format.h>

#include <deque>

#include "engine/base/status.h"

namespace varve::log::test {
namespace {

io::Task<std::vector<absl::StatusOr<Appended>>> AppendAll(Log& log, std::vector<Buffer>& batches) {
  std::deque<PendingAppend> pending;
  for (Buffer& batch : batches) log.Enqueue(pending.emplace_back(batch));
  std::vector<absl::StatusOr<Appended>> results;
  for (PendingAppend& append : pending) results.push_back(co_await append);
  co_return results;
}

std::string Show(const absl::StatusOr<std::optional<TimestampOffset>>& found) {
  if (!found.ok()) return absl::StatusCodeToString(found.status().code());
  if (!*found) return "-";
  return fmt::format("{}@{}", (*found)->timestamp, (*found)->offset);
}

}  // namespace

LogMachine::LogMachine(Config config, io::SimOptions options, size_t files_max)
    : Machine(options, files_max) {
  arguments.directory = "t-0";
  arguments.config = config;
  EXPECT_TRUE(Run(loop->disk().CreateDirectory("t-0")).ok());
  EXPECT_TRUE(Run(loop->disk().SyncDirectory("/")).ok());
}

absl::Status LogMachine::TryOpen() {
  health = std::make_unique<DirectoryHealth>("t-0");
  auto opened = Run(Log::Open(*loop, *files, *health, arguments));
  if (opened.ok()) log = *std::move(opened);
  return opened.status();
}

void LogMachine::Open() {
  const absl::Status opened = TryOpen();
  ASSERT_TRUE(opened.ok()) << opened;
}

void LogMachine::Reopen(Stop stop) {
  if (stop == Stop::kClean) {
    EXPECT_TRUE(Close().ok());
    arguments.recovery_point = log->offsets().end;
  }
  Leave(stop == Stop::kMachine ? io::SimCrash::kPower : io::SimCrash::kProcess);
  arguments.stop = stop;
  Open();
}

void LogMachine::Leave(io::SimCrash kind) {
  disk().Crash(kind);
  Drop();
  Restart();
}

void LogMachine::Drop() {
  if (log != nullptr) IgnoreError(Close(false));  // the machine may be gone
  log.reset();
}

std::vector<absl::StatusOr<Appended>> LogMachine::AppendTogether(std::vector<Buffer> batches) {
  return Run(AppendAll(*log, batches));
}

Buffer LogMachine::BytesOf(const ReadRange& read) {
  Buffer bytes(read.range.size);
  if (bytes.empty()) return bytes;
  const auto got = Run(read.range.file->Read(read.range.position, bytes));
  EXPECT_TRUE(got.ok() && *got == bytes.size());
  return bytes;
}

std::string LogMachine::Read(int64_t offset, uint64_t bytes_max, int64_t limit, bool whole_first) {
  const auto read = Run(log->Read(offset, bytes_max, limit, whole_first));
  if (!read.ok()) return absl::StatusCodeToString(read.status().code());
  return Offsets(BytesOf(*read));
}

std::string LogMachine::ReadAll() {
  std::string all;
  for (int64_t offset = log->offsets().log_start; offset < log->offsets().end;) {
    const auto read = Run(log->Read(offset, 1 << 30, log->offsets().end, true));
    if (!read.ok() || read->range.size == 0) return all + " stops";
    const Buffer bytes = BytesOf(*read);
    if (!all.empty()) all += ' ';
    all += Offsets(bytes);
    for (Bytes rest(bytes); !rest.empty();) {
      const record::BatchView batch(rest);
      offset = batch.next_offset();
      rest = rest.subspan(batch.size_bytes());
    }
  }
  return all;
}

std::string LogMachine::Find(int64_t timestamp, int64_t limit) {
  return Show(Run(log->FindTimestamp(timestamp, limit)));
}

std::string LogMachine::FindMax(int64_t limit) { return Show(Run(log->FindMaxTimestamp(limit))); }

std::string LogMachine::Path(int64_t base, FileKind kind, FileState state) const {
  return fmt::format("t-0/{}", FileName(base, kind, state));
}

Buffer LogMachine::Content(int64_t base, FileKind kind) {
  auto content = disk().Content(Path(base, kind));
  return content.ok() ? *std::move(content) : Buffer();
}

}  // namespace varve::log::test
