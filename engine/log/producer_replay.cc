#include "engine/log/producer_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/record/end_marker.h"

namespace varve::log {
namespace {

// Where the batches from `from` on begin; all of the segment, if that cannot be told.
io::Task<absl::StatusOr<uint64_t>> StartOf(Segment& segment, int64_t from) {
  if (from <= segment.base_offset()) co_return 0;
  const auto located = co_await segment.Locate(from);
  if (absl::IsDataLoss(located.status())) co_return 0;
  CO_RETURN_IF_ERROR(located.status());
  co_return *located ? (*located)->position : segment.size();
}

}  // namespace

io::Task<absl::StatusOr<std::optional<ProducerBatch>>> ReadProducerBatch(io::FileRef file,
                                                                         Scanned scanned) {
  const record::BatchView header = scanned.view();
  if (!header.has_producer_id() || !header.is_control()) {
    co_return ProducerBatchOf(header, std::nullopt);
  }
  Buffer front(std::min<uint64_t>(scanned.size, record::kEndMarkerBytesMax));
  CO_ASSIGN_OR_RETURN(const size_t read, co_await file->Read(scanned.position, front));
  if (read < record::kHeaderBytes) co_return std::nullopt;
  front.resize(read);
  co_return ProducerBatchOf(header, record::ParseEndMarker(record::BatchView(front)));
}

io::Task<absl::StatusOr<std::string>> ReplayProducers(Segment& segment, int64_t from, int64_t upto,
                                                      ProducerState& state) {
  CO_ASSIGN_OR_RETURN(const uint64_t start, co_await StartOf(segment, from));
  CO_ASSIGN_OR_RETURN(const io::FileRef file, co_await segment.log_file().Open());
  constexpr size_t kBufferBytes = 64 << 10;
  BatchScanner scanner(file, start, segment.size(),
                       BatchScanner::Options{.buffer_bytes = kBufferBytes});
  for (;;) {
    if (const Fence* fence = segment.FenceAt(scanner.position())) {
      scanner.SkipTo(fence->end_position);
    }
    Scanned scanned;
    if (!scanner.TryNext(scanned)) {
      CO_ASSIGN_OR_RETURN(scanned, co_await scanner.Next());
    }
    if (scanned.kind == Scanned::Kind::kEnd) co_return std::string();
    if (scanned.kind != Scanned::Kind::kBatch) {
      co_return fmt::format("no batch lies at position {} of {}", scanned.position,
                            segment.log_file().path());
    }
    if (scanned.view().base_offset() >= upto) co_return std::string();
    if (scanned.view().base_offset() < from) continue;
    CO_ASSIGN_OR_RETURN(const auto batch, co_await ReadProducerBatch(file, scanned));
    if (batch) state.Apply(*batch);
  }
}

}  // namespace varve::log
