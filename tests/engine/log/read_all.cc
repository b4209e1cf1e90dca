#include "tests/engine/log/read_all.h"

#include "engine/base/status.h"
#include "engine/record/batch.h"

namespace varve::log::test {

using record::BatchView;

io::Task<absl::StatusOr<Buffer>> ReadAll(Log& log, io::Random& random) {
  Buffer all;
  int64_t offset = log.offsets().log_start;
  const int64_t end = log.offsets().end;
  while (offset < end) {
    const uint64_t bytes_max = 1 + random.Below(4000);
    CO_ASSIGN_OR_RETURN(const ReadRange read, co_await log.Read(offset, bytes_max, end, true));
    if (read.range.size == 0) break;
    Buffer piece(read.range.size);
    CO_ASSIGN_OR_RETURN(const size_t got,
                        co_await read.range.file->Read(read.range.position, piece));
    Bytes rest = Bytes(piece).first(got);
    while (record::PeekBatch(rest).kind == record::Peek::Kind::kBatch) {
      const BatchView batch(rest);
      Append(all, rest.first(batch.size_bytes()));
      offset = batch.next_offset();
      rest = rest.subspan(batch.size_bytes());
    }
  }
  co_return all;
}

std::string SplitBatches(Bytes bytes, std::vector<Bytes>& batches) {
  while (!bytes.empty()) {
    if (record::PeekBatch(bytes).kind != record::Peek::Kind::kBatch) return "a broken batch";
    const Bytes batch = bytes.first(BatchView(bytes).size_bytes());
    if (BatchView(batch).ComputeCrc() != BatchView(batch).crc()) return "a bad checksum";
    batches.push_back(batch);
    bytes = bytes.subspan(batch.size());
  }
  return "";
}

}  // namespace varve::log::test
