#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/embed/hosted.h"
#include "engine/record/validate.h"
#include "engine/varve.h"

namespace varve {
namespace {

// What one batch may expand to.
constexpr size_t kDecompressedBytesMax = size_t{64} << 20;

// Batches from `offset` on, and where the log ended.
struct Chunk {
  Buffer bytes;
  int64_t limit = 0;
};

io::Task<absl::StatusOr<Chunk>> ReadChunk(embed::Hosted& hosted, int64_t offset, size_t bytes) {
  log::Log* const log = hosted.log();
  if (log == nullptr) co_return hosted.Closed();
  Chunk chunk;
  chunk.limit = log->offsets().high_watermark;
  if (offset == chunk.limit) co_return chunk;
  CO_ASSIGN_OR_RETURN(const log::ReadRange read,
                      co_await log->Read(offset, bytes, chunk.limit, true));
  chunk.bytes.resize(read.range.size);
  if (chunk.bytes.empty()) co_return chunk;
  CO_ASSIGN_OR_RETURN(const size_t got,
                      co_await read.range.file->Read(read.range.position, chunk.bytes));
  chunk.bytes.resize(got);
  co_return chunk;
}

}  // namespace

struct Reader::State {
  State(std::shared_ptr<embed::Hosted> host, int64_t at, size_t bytes)
      : hosted(std::move(host)), offset(at), chunk_bytes(bytes) {}

  absl::StatusOr<bool> NextBatch();
  absl::Status Refill();
  bool NextOfBatch(StoredRecord& record);
  void Forget();

  std::shared_ptr<embed::Hosted> hosted;
  int64_t offset;
  const size_t chunk_bytes;

  Buffer chunk;
  Bytes left;  // of the chunk
  std::optional<record::PlainRecords> plain;
  std::optional<record::RecordIterator> records;
  int64_t batch_end = 0;
};

void Reader::State::Forget() {
  records.reset();
  plain.reset();
  left = {};
}

absl::Status Reader::State::Refill() {
  auto read = [&] { return ReadChunk(*hosted, offset, chunk_bytes); };
  ASSIGN_OR_RETURN(Chunk next, hosted->thread().Await(read));
  chunk = std::move(next.bytes);
  left = chunk;
  return absl::OkStatus();
}

// Opens the next batch that has records for us. False at the end of the log.
absl::StatusOr<bool> Reader::State::NextBatch() {
  for (bool refilled = false;;) {
    const record::Peek peek = record::PeekBatch(left);
    if (peek.kind != record::Peek::Kind::kBatch) {
      if (refilled && left.empty()) return false;
      if (refilled) return absl::DataLossError(fmt::format("no batch at offset {}", offset));
      RETURN_IF_ERROR(Refill());
      refilled = true;
      continue;
    }
    const Bytes bytes = left.first(peek.size_bytes);
    const record::BatchView batch(bytes);
    if (!record::CheckStoredBatch(bytes).ok()) {
      return absl::DataLossError(fmt::format("the batch at offset {} is damaged", offset));
    }
    left = left.subspan(bytes.size());
    refilled = false;
    if (batch.last_offset() < offset) continue;
    batch_end = batch.next_offset();
    if (batch.is_control()) {
      offset = batch_end;
      continue;
    }
    ASSIGN_OR_RETURN(plain, record::PlainRecords::Open(batch, kDecompressedBytesMax));
    records.emplace(batch, plain->bytes());
    return true;
  }
}

bool Reader::State::NextOfBatch(StoredRecord& record) {
  while (records->Next(record)) {
    if (record.offset >= offset) return true;
  }
  return false;
}

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

int64_t Reader::offset() const { return state_->offset; }

void Reader::SeekTo(int64_t offset) {
  state_->Forget();
  state_->offset = offset;
}

absl::StatusOr<bool> Reader::Next(StoredRecord& record) {
  State& state = *state_;
  for (;;) {
    if (state.records && state.NextOfBatch(record)) {
      state.offset = record.offset + 1;
      return true;
    }
    if (state.records) {
      const absl::Status status = state.records->status();
      if (!status.ok()) {
        state.Forget();
        return status;
      }
      state.offset = std::max(state.offset, state.batch_end);
      state.records.reset();
    }
    ASSIGN_OR_RETURN(const bool more, state.NextBatch());
    if (!more) return false;
  }
}

Reader Log::ReadFrom(int64_t offset, size_t buffer_bytes) const {
  return Reader(std::make_unique<Reader::State>(hosted_, offset, buffer_bytes));
}

}  // namespace varve
