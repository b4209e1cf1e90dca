#include "tests/engine/log/crash_leftovers.h"

#include <vector>

#include "engine/base/check.h"
#include "engine/log/file_names.h"
#include "engine/record/batch.h"

namespace varve::log::test {
namespace {

// Whether whole batches fill a segment up to the next one's base. Compaction reads no others: what
// a power loss has done to a log, recovery mends first.
bool IsWhole(Bytes log, int64_t next_base) {
  int64_t end = -1;
  while (record::PeekBatch(log).kind == record::Peek::Kind::kBatch) {
    const record::BatchView batch(log);
    const Bytes bytes = log.first(batch.size_bytes());
    if (record::BatchView(bytes).ComputeCrc() != batch.crc()) return false;
    end = batch.next_offset();
    log = log.subspan(bytes.size());
  }
  return log.empty() && end == next_base;
}

// What compaction makes of one or two closed segments, complete, and about to take their place.
void AddSwap(io::SimDisk& disk, const std::string& directory, const std::vector<int64_t>& bases,
             io::Random& random) {
  const size_t closed = bases.size() - 1;
  const size_t first = random.Below(closed);
  const size_t count = first + 1 < closed && random.OneIn(2) ? 2 : 1;
  Buffer content;
  for (size_t i = first; i < first + count; ++i) {
    const auto source = disk.Content(directory + "/" + FileName(bases[i], FileKind::kLog));
    VARVE_CHECK(source.ok());
    if (!IsWhole(*source, bases[i + 1])) return;
    Append(content, *source);
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
