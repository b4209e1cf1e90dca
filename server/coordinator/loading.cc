#include "server/coordinator/loading.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/io/pool.h"
#include "engine/record/batch.h"

namespace varve::coordinator {
namespace {

constexpr uint64_t kChunkBytes = 1 << 20;

// The last batch of a read may be cut short, but never the first.
Bytes WholeBatches(Bytes bytes) {
  size_t whole = 0;
  while (whole < bytes.size()) {
    const record::Peek peek = record::PeekBatch(bytes.subspan(whole));
    if (peek.kind != record::Peek::Kind::kBatch) break;
    whole += peek.size_bytes;
  }
  return whole > 0 ? bytes.first(whole) : bytes;
}

io::Task<absl::Status> ReadInto(log::ReadRange read, Buffer& bytes) {
  bytes.resize(read.range.size);
  CO_ASSIGN_OR_RETURN(const size_t got,
                      co_await read.range.file->ReadOnce(read.range.position, bytes));
  if (got == bytes.size()) co_return absl::OkStatus();
  co_return absl::DataLossError(fmt::format("the file ends {} bytes before the batch at offset {}",
                                            bytes.size() - got, read.first_offset));
}

}  // namespace

io::Task<absl::StatusOr<GroupReplay>> LoadGroups(io::Loop& loop, log::Log& log,
                                                 const io::Event& stop) {
  GroupReplay replay;
  Buffer bytes;
  const int64_t limit = log.offsets().high_watermark;
  for (int64_t at = log.offsets().log_start; at < limit; at = replay.next_offset()) {
    if (stop.is_set()) co_return absl::CancelledError("the broker stops");
    CO_ASSIGN_OR_RETURN(log::ReadRange read, co_await log.Read(at, kChunkBytes, limit, true));
    if (read.range.size == 0) break;
    CO_RETURN_IF_ERROR(co_await ReadInto(std::move(read), bytes));
    auto add = [&] { return replay.Add(WholeBatches(bytes)); };
    CO_RETURN_IF_ERROR(co_await io::Offload(loop, add));
  }
  co_return replay;
}

}  // namespace varve::coordinator
