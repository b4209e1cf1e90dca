#include "tests/engine/log/crash_leftovers.h"

#include <vector>

#include "engine/base/check.h"
#include "engine/log/file_names.h"

namespace varve::log::test {
namespace {

// What compaction makes of one or two closed segments, complete, and about to take their place.
void AddSwap(io::SimDisk& disk, const std::string& directory, const std::vector<int64_t>& bases,
             io::Random& random) {
  const size_t closed = bases.size() - 1;
  const size_t first = random.Below(closed);
  const size_t count = first + 1 < closed && random.OneIn(2) ? 2 : 1;
  Buffer content;
  for (size_t i = first; i < first + count; ++i) {
    Append(content, *disk.Content(directory + "/" + FileName(bases[i], FileKind::kLog)));
  }
  const std::string swap = FileName(bases[first], FileKind::kLog, FileState::kSwap);
  VARVE_CHECK(disk.Put(directory + "/" + swap, content).ok());
}

void AddFile(io::SimDisk& disk, const std::string& directory, const std::string& name) {
  VARVE_CHECK(disk.Put(directory + "/" + name, AsBytes("left over")).ok());
}

}  // namespace

void AddLeftovers(io::SimDisk& disk, const std::string& directory, io::Random& random) {
  const auto names = disk.Names(directory);
  if (!names.ok()) return;
  std::vector<int64_t> bases;
  for (const std::string& name : *names) {
    const auto file = ParseFileName(name);
    if (!file) continue;
    if (file->state != FileState::kPlain) return;  // one thing at a time
    if (file->kind == FileKind::kLog) bases.push_back(file->base_offset);
  }
  if (bases.empty()) return;
  switch (random.Below(8)) {
    case 0:
      return AddFile(disk, directory, FileName(bases[0], FileKind::kLog, FileState::kCleaned));
    case 1:
      return AddFile(disk, directory, FileName(bases[0], FileKind::kLog, FileState::kDeleted));
    case 2:
      return AddFile(disk, directory, FileName(bases.back() + 7, FileKind::kOffsetIndex));
    case 3:
      return AddFile(disk, directory, "leader-epoch-checkpoint.tmp");
    default:
      if (bases.size() > 1) AddSwap(disk, directory, bases, random);
  }
}

}  // namespace varve::log::test
