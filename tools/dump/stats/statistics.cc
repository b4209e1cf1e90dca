#include "tools/dump/stats/statistics.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "tools/dump/directory.h"
#include "tools/dump/file_type.h"

namespace varve::dump {

using record::BatchView;

void Statistics::Run() {
  uint64_t total = 0;
  for (const std::string& path : options_.paths) total += LogBytesIn(path);
  progress_.SetTotal(total);
  for (const std::string& path : options_.paths) OfPath(WithoutSlash(path));
}

void Statistics::OfPath(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return OfFile(path);
  const auto listing = ListDirectory(path);
  if (!listing.ok()) return status_.Unreadable(listing.status());
  if (listing->HasSegments()) return OfPartition(path);
  for (const std::string& name : listing->directories) {
    if (log::ParseDirectoryName(name)) OfPartition(path + "/" + name);
  }
}

void Statistics::OfFile(const std::string& path) {
  if (TypeOfFile(NameOf(path)) != FileType::kLog) {
    return status_.Unreadable(absl::InvalidArgumentError(
        fmt::format("{} is no .log file: --stats takes those, and directories", path)));
  }
  LogStats stats(options_.keys_max);
  Count(path, stats);
  Print(path, stats);
}

void Statistics::OfPartition(const std::string& path) {
  const auto listing = ListDirectory(path);
  if (!listing.ok()) return status_.Unreadable(listing.status());
  LogStats stats(options_.keys_max);
  for (const std::string& name : listing->files) {
    const auto file = log::ParseFileName(name);
    const bool wanted =
        file && file->kind == log::FileKind::kLog && file->state == log::FileState::kPlain;
    if (wanted) Count(path + "/" + name, stats);
  }
  Print(path, stats);
}

void Statistics::Count(const std::string& path, LogStats& stats) {
  const absl::Status counted = CountFile(path, stats);
  if (counted.ok()) return;
  progress_.Clear();
  status_.Unreadable(counted);
}

absl::Status Statistics::CountFile(const std::string& path, LogStats& stats) {
  ASSIGN_OR_RETURN(const auto file, InputFile::Open(path));
  stats.AddSegment(file->size());
  BatchWalk walk(*file);
  while (true) {
    ASSIGN_OR_RETURN(const Step step, walk.Next());
    if (step.kind == Step::Kind::kEnd) return absl::OkStatus();
    progress_.Add(step.size);
    if (step.kind == Step::Kind::kBatch && step.crc_ok) {
      RETURN_IF_ERROR(CountBatch(walk, step, stats));
    } else if (step.kind != Step::Kind::kCutShort && step.kind != Step::Kind::kZeros) {
      CountDamage(stats);
    }
  }
}

absl::Status Statistics::CountBatch(BatchWalk& walk, const Step& step, LogStats& stats) {
  if (!options_.filter.MayWant(step.view())) return absl::OkStatus();
  stats.AddBatch(step.view());
  const auto whole = walk.Whole(step, options_.memory_bytes);
  if (absl::IsResourceExhausted(whole.status())) {
    stats.AddSkipped();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(whole.status());
  CountRecords(BatchView(*whole), stats);
  return absl::OkStatus();
}

void Statistics::CountRecords(BatchView batch, LogStats& stats) {
  const auto plain = record::PlainRecords::Open(batch, options_.memory_bytes);
  if (absl::IsResourceExhausted(plain.status())) return stats.AddSkipped();
  if (!plain.ok()) return CountDamage(stats);
  stats.AddPlain(batch, plain->bytes().size());
  if (batch.is_control()) return;
  record::RecordIterator iterator(batch, plain->bytes());
  for (record::RecordView record; iterator.Next(record);) {
    if (options_.filter.Wants(record)) stats.AddRecord(record);
  }
  if (!iterator.status().ok()) CountDamage(stats);
}

void Statistics::CountDamage(LogStats& stats) {
  stats.AddDamage();
  status_.AddFaults(1);
}

void Statistics::Print(const std::string& path, const LogStats& stats) {
  progress_.Clear();
  out_.BeginFile(path);
  stats.Print(out_);
  out_.Flush();
}

}  // namespace varve::dump
