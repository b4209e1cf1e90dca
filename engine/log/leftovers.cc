#include "engine/log/leftovers.h"

#include <absl/functional/function_ref.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "engine/log/scanner.h"

namespace varve::log {
namespace {

constexpr int64_t kNoOffset = std::numeric_limits<int64_t>::max();

class Cleaner {
 public:
  Cleaner(io::Disk& disk, std::string directory, OpenReport& report)
      : disk_(disk), directory_(std::move(directory)), report_(report) {}

  io::Task<absl::StatusOr<Inventory>> Run() {
    CO_RETURN_IF_ERROR(co_await List());
    CO_RETURN_IF_ERROR(co_await RemoveUnfinished());
    CO_RETURN_IF_ERROR(co_await FinishSwaps());
    CO_RETURN_IF_ERROR(co_await RemoveOrphans());
    if (changed_) CO_RETURN_IF_ERROR(co_await disk_.SyncDirectory(directory_));
    co_return Segments();
  }

 private:
  std::string Path(const SegmentFile& file) const {
    return directory_ + "/" + FileName(file.base_offset, file.kind, file.state);
  }

  io::Task<absl::Status> List() {
    CO_ASSIGN_OR_RETURN(const std::vector<io::DirectoryEntry> entries,
                        co_await disk_.List(directory_));
    for (const io::DirectoryEntry& entry : entries) {
      if (entry.is_directory) continue;
      if (const auto file = ParseFileName(entry.name)) {
        files_.push_back(*file);
      } else if (entry.name.ends_with(".tmp")) {
        report_.Note(Row::kTemporaryFile);
        changed_ = true;
        CO_RETURN_IF_ERROR(co_await disk_.Remove(directory_ + "/" + entry.name));
      }
    }
    co_return absl::OkStatus();
  }

  // .deleted and .cleaned go, and so does .swap output of a set that was not complete: one whose
  // base is not below an unfinished file's.
  io::Task<absl::Status> RemoveUnfinished() {
    int64_t unfinished = kNoOffset;
    for (const SegmentFile& file : files_) {
      if (file.state == FileState::kCleaned) unfinished = std::min(unfinished, file.base_offset);
    }
    const auto incomplete = [unfinished](const SegmentFile& file) {
      return file.state == FileState::kSwap && file.base_offset >= unfinished;
    };
    // What shows that a set is not complete goes last, after the rest of it is gone for good.
    CO_RETURN_IF_ERROR(co_await RemoveIf(incomplete, Row::kCleanedFile));
    if (changed_) CO_RETURN_IF_ERROR(co_await disk_.SyncDirectory(directory_));
    const auto cleaned = [](const SegmentFile& file) { return file.state == FileState::kCleaned; };
    CO_RETURN_IF_ERROR(co_await RemoveIf(cleaned, Row::kCleanedFile));
    const auto deleted = [](const SegmentFile& file) { return file.state == FileState::kDeleted; };
    co_return co_await RemoveIf(deleted, Row::kDeletedFile);
  }

  io::Task<absl::Status> RemoveIf(absl::FunctionRef<bool(const SegmentFile&)> condition, Row row) {
    std::vector<SegmentFile> kept;
    for (const SegmentFile& file : files_) {
      if (!condition(file)) {
        kept.push_back(file);
        continue;
      }
      report_.Note(row);
      CO_RETURN_IF_ERROR(co_await RemoveFile(file));
    }
    files_ = std::move(kept);
    co_return absl::OkStatus();
  }

  io::Task<absl::Status> FinishSwaps() {
    std::vector<SegmentFile> swaps;
    for (const SegmentFile& file : files_) {
      if (file.state == FileState::kSwap) swaps.push_back(file);
    }
    if (swaps.empty()) co_return absl::OkStatus();
    // The output's name may be younger than the last sync, and what it replaces goes for good.
    CO_RETURN_IF_ERROR(co_await disk_.SyncDirectory(directory_));
    // First everything that the output replaces goes, then the output takes its names.
    for (const SegmentFile& swap : swaps) {
      if (swap.kind == FileKind::kLog) CO_RETURN_IF_ERROR(co_await RemoveSources(swap));
    }
    // A source's index that came back beside the output would be trusted.
    CO_RETURN_IF_ERROR(co_await disk_.SyncDirectory(directory_));
    // The logs first: as long as one is missing, what has its name counts as a source's.
    CO_RETURN_IF_ERROR(co_await TakeNames(swaps, /*logs=*/true));
    CO_RETURN_IF_ERROR(co_await disk_.SyncDirectory(directory_));
    co_return co_await TakeNames(swaps, /*logs=*/false);
  }

  io::Task<absl::Status> TakeNames(const std::vector<SegmentFile>& swaps, bool logs) {
    for (const SegmentFile& swap : swaps) {
      if ((swap.kind == FileKind::kLog) != logs) continue;
      report_.Note(Row::kSwapFile);
      SegmentFile plain = swap;
      plain.state = FileState::kPlain;
      changed_ = true;
      CO_RETURN_IF_ERROR(co_await disk_.Rename(Path(swap), Path(plain)));
      Forget(swap);
      Forget(plain);
      files_.push_back(plain);
    }
    co_return absl::OkStatus();
  }

  io::Task<absl::Status> RemoveSources(const SegmentFile& swap) {
    CO_ASSIGN_OR_RETURN(const int64_t end, co_await EndOf(swap));
    const std::vector<SegmentFile> all = files_;
    for (const SegmentFile& file : all) {
      if (file.state != FileState::kPlain || file.base_offset < swap.base_offset ||
          file.base_offset >= end) {
        continue;
      }
      CO_RETURN_IF_ERROR(co_await RemoveFile(file));
      Forget(file);
    }
    co_return absl::OkStatus();
  }

  // The offset behind the last batch of a log file.
  io::Task<absl::StatusOr<int64_t>> EndOf(const SegmentFile& swap) {
    CO_ASSIGN_OR_RETURN(const io::FileRef file,
                        co_await disk_.Open(Path(swap), io::OpenMode::kRead));
    CO_ASSIGN_OR_RETURN(const uint64_t size, co_await file->Size());
    BatchScanner scanner(file, 0, size, BatchScanner::Options{.buffer_bytes = 64 << 10});
    int64_t end = swap.base_offset + 1;
    for (;;) {
      CO_ASSIGN_OR_RETURN(const Scanned scanned, co_await scanner.Next());
      if (scanned.kind != Scanned::Kind::kBatch) co_return end;
      end = std::max(end, scanned.view().next_offset());
    }
  }

  io::Task<absl::Status> RemoveOrphans() {
    std::set<int64_t> logs;
    for (const SegmentFile& file : files_) {
      if (file.kind == FileKind::kLog) logs.insert(file.base_offset);
    }
    const auto orphan = [&logs](const SegmentFile& file) {
      const bool index = file.kind == FileKind::kOffsetIndex || file.kind == FileKind::kTimeIndex ||
                         file.kind == FileKind::kTransactionIndex;
      return index && !logs.contains(file.base_offset);
    };
    if (std::ranges::none_of(files_, orphan)) co_return absl::OkStatus();
    // The log may have lost its name after the last sync, and would come back without them.
    CO_RETURN_IF_ERROR(co_await disk_.SyncDirectory(directory_));
    co_return co_await RemoveIf(orphan, Row::kOrphanIndex);
  }

  io::Task<absl::Status> RemoveFile(const SegmentFile& file) {
    changed_ = true;
    co_return co_await disk_.Remove(Path(file));
  }

  void Forget(const SegmentFile& gone) {
    std::erase_if(files_, [&](const SegmentFile& file) {
      return file.base_offset == gone.base_offset && file.kind == gone.kind &&
             file.state == gone.state;
    });
  }

  Inventory Segments() const {
    std::map<int64_t, Inventory::Entry> segments;
    for (const SegmentFile& file : files_) {
      if (file.kind == FileKind::kLog) {
        segments[file.base_offset].base_offset = file.base_offset;
      }
    }
    Inventory inventory;
    for (const SegmentFile& file : files_) {
      if (file.kind == FileKind::kSnapshot) inventory.snapshots.insert(file.base_offset);
      const auto found = segments.find(file.base_offset);
      if (found == segments.end()) continue;
      if (file.kind == FileKind::kOffsetIndex) found->second.has_offset_index = true;
      if (file.kind == FileKind::kTimeIndex) found->second.has_time_index = true;
      if (file.kind == FileKind::kTransactionIndex) found->second.has_txn_index = true;
    }
    for (const auto& [base, entry] : segments) inventory.segments.push_back(entry);
    return inventory;
  }

  io::Disk& disk_;
  const std::string directory_;
  OpenReport& report_;
  std::vector<SegmentFile> files_;
  bool changed_ = false;
};

}  // namespace

io::Task<absl::StatusOr<Inventory>> ClearLeftovers(io::Disk& disk, std::string directory,
                                                   OpenReport& report) {
  Cleaner cleaner(disk, std::move(directory), report);
  co_return co_await cleaner.Run();
}

}  // namespace varve::log
