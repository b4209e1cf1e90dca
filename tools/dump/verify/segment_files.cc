#include "tools/dump/verify/segment_files.h"

#include "engine/base/status.h"
#include "engine/log/file_names.h"

namespace varve::dump {
namespace {

// Null if there is no such file.
absl::StatusOr<std::unique_ptr<InputFile>> OpenIfThere(const std::string& path) {
  auto file = InputFile::Open(path);
  if (absl::IsNotFound(file.status())) return std::unique_ptr<InputFile>();
  return file;
}

}  // namespace

bool SegmentFiles::InPlace() const {
  for (const auto* file : {&offset_index, &time_index, &txn_index, &log}) {
    if (*file != nullptr && !(*file)->InPlace()) return false;
  }
  return true;
}

absl::StatusOr<SegmentFiles> OpenSegment(const std::string& directory, int64_t base_offset) {
  const auto path = [&](log::FileKind kind) {
    return directory + "/" + log::FileName(base_offset, kind);
  };
  SegmentFiles files;
  ASSIGN_OR_RETURN(files.offset_index, OpenIfThere(path(log::FileKind::kOffsetIndex)));
  ASSIGN_OR_RETURN(files.time_index, OpenIfThere(path(log::FileKind::kTimeIndex)));
  ASSIGN_OR_RETURN(files.txn_index, OpenIfThere(path(log::FileKind::kTransactionIndex)));
  ASSIGN_OR_RETURN(files.log, InputFile::Open(path(log::FileKind::kLog)));
  return files;
}

}  // namespace varve::dump
