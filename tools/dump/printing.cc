#include "tools/dump/printing.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/base/status.h"
#include "engine/log/file_names.h"
#include "tools/dump/directory.h"
#include "tools/dump/index_printer.h"
#include "tools/dump/input_file.h"
#include "tools/dump/log_printer.h"
#include "tools/dump/state_printer.h"

namespace varve::dump {
namespace {

// A log directory and the partitions in it.
constexpr int kDepthMax = 1;

absl::Status UnknownFile(const std::string& path) {
  return absl::InvalidArgumentError(fmt::format(
      "{} has no name that tells what is in it; varve-dump --help lists those it knows", path));
}

}  // namespace

void Printing::Print(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    PrintDirectory(WithoutSlash(path), 0);
  } else {
    PrintFile(path);
  }
}

bool Printing::Wanted(const std::string& name) const {
  const FileType type = TypeOfFile(name);
  const bool batches = type == FileType::kLog || type == FileType::kMetadataSnapshot;
  if (options_.records || !options_.filter.empty()) return batches;
  return type != FileType::kUnknown && type != FileType::kTemporary && type != FileType::kLock;
}

void Printing::PrintDirectory(const std::string& path, int depth) {
  auto listing = ListDirectory(path);
  if (!listing.ok()) return status_.Unreadable(listing.status());
  std::ranges::sort(listing->files, {}, [](const std::string& name) {
    return std::pair(DisplayRank(TypeOfFile(name)), name);
  });
  for (const std::string& name : listing->files) {
    if (Wanted(name)) PrintFile(fmt::format("{}/{}", path, name));
  }
  if (depth == kDepthMax) return;
  for (const std::string& name : listing->directories) {
    if (log::ParseDirectoryName(name)) PrintDirectory(fmt::format("{}/{}", path, name), depth + 1);
  }
}

void Printing::PrintFile(const std::string& path) {
  const FileType type = TypeOfFile(NameOf(path));
  if (type == FileType::kUnknown || type == FileType::kTemporary) {
    const absl::Status opened = InputFile::Open(path).status();
    return status_.Unreadable(opened.ok() ? UnknownFile(path) : opened);
  }
  const absl::Status printed = PrintByType(path, type);
  if (absl::IsDataLoss(printed) || absl::IsFailedPrecondition(printed)) {
    Row(out_, "fault", "FAULT ").Text("what", std::string(printed.message()));
    status_.AddFaults(1);
  } else if (!printed.ok()) {
    out_.Flush();
    status_.Unreadable(printed);
  }
}

absl::Status Printing::PrintByType(const std::string& path, FileType type) {
  out_.BeginFile(path);
  switch (type) {
    case FileType::kLog:
    case FileType::kMetadataSnapshot:
    case FileType::kOffsetIndex:
    case FileType::kTimeIndex:
    case FileType::kTransactionIndex:
      return PrintSegmentFile(path, type);
    default:
      return PrintState(path, type, out_);
  }
}

absl::Status Printing::PrintSegmentFile(const std::string& path, FileType type) {
  ASSIGN_OR_RETURN(const auto file, InputFile::Open(path));
  const auto name = log::ParseFileName(NameOf(path));
  const int64_t base = name ? name->base_offset : 0;
  if (type == FileType::kOffsetIndex) return PrintOffsetIndex(*file, base, out_);
  if (type == FileType::kTimeIndex) return PrintTimeIndex(*file, base, out_);
  if (type == FileType::kTransactionIndex) return PrintTransactionIndex(*file, out_);
  ASSIGN_OR_RETURN(const uint64_t faults, LogPrinter(*file, options_, out_).Print());
  status_.AddFaults(faults);
  return absl::OkStatus();
}

}  // namespace varve::dump
