#include "tools/dump/verify/partition_files.h"

#include <algorithm>

#include "engine/log/file_names.h"
#include "server/cluster/snapshot.h"
#include "tools/dump/file_type.h"

namespace varve::dump {
namespace {

using log::FileKind;
using log::FileState;

// What is to be said of a segment file; empty: nothing.
std::string Leftover(const log::SegmentFile& file, const Listing& listing) {
  switch (file.state) {
    case FileState::kDeleted:
      return "waits for its removal";
    case FileState::kCleaned:
      return "output of a compaction that did not finish; a start removes it";
    case FileState::kSwap:
      return "output of a compaction that replaces its sources at the next start";
    case FileState::kPlain:
      break;
  }
  const bool alone = file.kind != FileKind::kLog && file.kind != FileKind::kSnapshot &&
                     !listing.Has(log::FileName(file.base_offset, FileKind::kLog));
  return alone ? "belongs to no log; a start removes it" : "";
}

}  // namespace

std::optional<int64_t> PartitionFiles::NextBase(int64_t base) const {
  const auto next = std::ranges::upper_bound(segments, base);
  if (next == segments.end()) return std::nullopt;
  return *next;
}

PartitionFiles SortFiles(const std::string& directory, const Listing& listing) {
  PartitionFiles files;
  for (const std::string& name : listing.files) {
    const std::string path = directory + "/" + name;
    if (cluster::ParseSnapshotName(name)) files.metadata_snapshots.push_back(path);
    const auto file = log::ParseFileName(name);
    if (!file || file->state != FileState::kPlain) continue;
    if (file->kind == FileKind::kLog) files.segments.push_back(file->base_offset);
    if (file->kind == FileKind::kSnapshot) files.snapshots[file->base_offset] = path;
  }
  return files;
}

void NoteLeftovers(const std::string& directory, const Listing& listing, bool quiet,
                   Findings& findings) {
  for (const std::string& name : listing.files) {
    std::string what;
    if (const auto file = log::ParseFileName(name)) {
      what = quiet ? "" : Leftover(*file, listing);
    } else if (TypeOfFile(name) == FileType::kTemporary) {
      what = quiet ? "" : "left by a replacement that did not finish";
    } else if (TypeOfFile(name) == FileType::kUnknown) {
      what = "no file that varve or Kafka knows";
    }
    if (!what.empty()) findings.Note(directory + "/" + name, what);
  }
  for (const std::string& name : listing.directories) {
    findings.Note(directory + "/" + name, "a directory among the files of a partition");
  }
}

}  // namespace varve::dump
