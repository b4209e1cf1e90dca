#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/log/log.h"

// Exchanging segments for what compaction made of them. At every moment a crash leaves either the
// sources or the output: until all files of the output are ".swap", it is thrown away at the next
// start; from then on, the next start finishes the exchange.
namespace varve::log {
namespace {

constexpr FileKind kOutputKinds[] = {FileKind::kLog, FileKind::kOffsetIndex, FileKind::kTimeIndex,
                                     FileKind::kTransactionIndex};

}  // namespace

std::vector<Log::ClosedSegment> Log::closed_segments() const {
  std::vector<ClosedSegment> closed;
  for (auto at = segments_.begin(); at != segments_.end(); ++at) {
    const auto next = std::next(at);
    if (next != segments_.end()) closed.push_back({at->second, next->first});
  }
  return closed;
}

io::Task<absl::Status> Log::DropOutput(const Segment& output) {
  io::Disk& disk = files_.disk();
  for (const FileState state : {FileState::kSwap, FileState::kCleaned}) {
    bool removed_any = false;
    for (const FileKind kind : kOutputKinds) {
      const absl::Status removed = co_await disk.Remove(output.PathOf(kind, state));
      if (!removed.ok() && !absl::IsNotFound(removed)) co_return removed;
      removed_any |= removed.ok();
    }
    // What shows that the set is not complete goes after the rest of it is gone for good.
    const bool sync = removed_any && state == FileState::kSwap;
    if (sync) CO_RETURN_IF_ERROR(co_await disk.SyncDirectory(directory_));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> Log::Exchange(std::vector<SegmentRef> sources, SegmentRef output) {
  co_await renaming_.Take();
  absl::Status exchanged = co_await ExchangeInTurn(std::move(sources), std::move(output));
  renaming_.Give();
  co_return exchanged;
}

io::Task<absl::Status> Log::ExchangeInTurn(std::vector<SegmentRef> sources, SegmentRef output) {
  if (exchange_failed_) {
    co_return absl::FailedPreconditionError(
        fmt::format("an exchange in {} was cut short by its device", directory_));
  }
  absl::Status named = co_await NameComplete(*output);
  const bool gone = std::ranges::any_of(sources, &Segment::removed);
  if (named.ok() && gone) named = absl::AbortedError("a source has left the log");
  if (!named.ok()) {
    const absl::Status dropped = co_await DropOutput(*output);
    if (dropped.ok()) co_return named;
    // It may take the sources' place at the next start, which must look for it.
    exchange_failed_ = true;
    health_.Note(absl::DataLossError(dropped.message()), loop_.Now());
    co_return named;
  }
  TakeOut(sources.front()->base_offset(), sources.back()->base_offset() + 1);
  segments_[output->base_offset()] = output;
  SegmentsChanged();
  const absl::Status finished = co_await FinishExchange(std::move(sources), *output);
  if (finished.ok()) co_return finished;
  exchange_failed_ = true;
  const absl::Status failed = absl::DataLossError(fmt::format(
      "an exchange in {} was cut short: {}", directory_, std::string(finished.message())));
  health_.Note(failed, loop_.Now());
  co_return failed;
}

// As long as one file is still ".cleaned", all of them count for nothing. None may lose its name.
io::Task<absl::Status> Log::NameComplete(Segment& output) {
  io::Disk& disk = files_.disk();
  CO_RETURN_IF_ERROR(co_await disk.SyncDirectory(directory_));
  CO_RETURN_IF_ERROR(co_await output.MoveIndexes(FileState::kSwap));
  CO_RETURN_IF_ERROR(co_await output.MoveLog(FileState::kSwap));
  co_return co_await disk.SyncDirectory(directory_);
}

io::Task<absl::Status> Log::FinishExchange(std::vector<SegmentRef> sources, Segment& output) {
  io::Disk& disk = files_.disk();
  const std::string kept = output.PathOf(FileKind::kSnapshot, FileState::kPlain);
  for (const SegmentRef& source : sources) {
    for (const std::string& path : source->Paths()) {
      // What was known of producers at an offset that still begins a segment.
      if (path != kept) CO_RETURN_IF_ERROR(co_await DeleteFile(path));
    }
  }
  // A source that came back beside the output would be taken for its neighbour.
  CO_RETURN_IF_ERROR(co_await disk.SyncDirectory(directory_));
  CO_RETURN_IF_ERROR(co_await output.MoveLog(FileState::kPlain));
  // As long as the log is ".swap", what has the names of its indexes counts as a source's.
  CO_RETURN_IF_ERROR(co_await disk.SyncDirectory(directory_));
  CO_RETURN_IF_ERROR(co_await output.MoveIndexes(FileState::kPlain));
  co_return co_await disk.SyncDirectory(directory_);
}

}  // namespace varve::log
