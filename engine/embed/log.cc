#include <chrono>
#include <string>
#include <utility>

#include "engine/base/status.h"
#include "engine/embed/hosted.h"
#include "engine/record/builder.h"
#include "engine/record/validate.h"
#include "engine/varve.h"

namespace varve {
namespace {

using embed::Hosted;

// All of it stays below 2 GiB, which is as much as a segment can hold.
constexpr size_t kBatchBytesMax = size_t{1} << 30;

int64_t WallMillis() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

size_t SizeOf(const NewRecord& record) {
  constexpr size_t kOverhead = 64;
  size_t bytes = kOverhead;
  if (record.key) bytes += record.key->size();
  if (record.value) bytes += record.value->size();
  for (const record::HeaderView& header : record.headers) {
    bytes += header.key.size() + kOverhead + (header.value ? header.value->size() : 0);
  }
  return bytes;
}

io::Task<absl::StatusOr<int64_t>> AppendTo(Hosted& hosted, MutableBytes batch) {
  if (hosted.log() == nullptr) co_return hosted.Closed();
  CO_ASSIGN_OR_RETURN(const log::Appended appended, co_await hosted.log()->Append(batch));
  co_return appended.base_offset;
}

io::Task<absl::Status> FlushTo(Hosted& hosted) {
  if (hosted.log() == nullptr) co_return hosted.Closed();
  co_return co_await hosted.log()->Flush();
}

io::Task<absl::StatusOr<LogOffsets>> OffsetsOf(Hosted& hosted) {
  if (hosted.log() == nullptr) co_return hosted.Closed();
  const log::Offsets& offsets = hosted.log()->offsets();
  co_return LogOffsets{offsets.log_start, offsets.end, offsets.durable};
}

io::Task<absl::StatusOr<std::optional<int64_t>>> FindIn(Hosted& hosted, int64_t timestamp_ms) {
  log::Log* const log = hosted.log();
  if (log == nullptr) co_return hosted.Closed();
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await log->FindTimestamp(timestamp_ms, log->offsets().high_watermark));
  co_return found ? std::optional(found->offset) : std::nullopt;
}

}  // namespace

Log::Log(std::shared_ptr<Hosted> hosted) : hosted_(std::move(hosted)) {}
Log::~Log() = default;

const std::string& Log::name() const { return hosted_->name(); }

absl::StatusOr<int64_t> Log::Append(const NewRecord& record, Codec codec) {
  return Append(std::span(&record, 1), codec);
}

absl::StatusOr<int64_t> Log::Append(std::span<const NewRecord> records, Codec codec) {
  if (records.empty()) return absl::InvalidArgumentError("a batch has at least one record");
  size_t bytes = 0;
  for (const NewRecord& record : records) bytes += SizeOf(record);
  if (bytes > kBatchBytesMax) return absl::OutOfRangeError("a batch of more than 1 GiB");
  record::BatchBuilder builder({.codec = codec});
  const int64_t now_ms = WallMillis();
  for (const NewRecord& record : records) {
    const bool timed = record.timestamp != record::kNoTimestamp;
    builder.Append({.timestamp = timed ? record.timestamp : now_ms,
                    .key = record.key,
                    .value = record.value,
                    .headers = record.headers});
  }
  Buffer batch = builder.Build();
  auto append = [&] { return AppendTo(*hosted_, batch); };
  return hosted_->thread().Await(append);
}

absl::StatusOr<int64_t> Log::AppendBatch(MutableBytes batch) {
  const record::BatchCheck check = record::CheckProducedBatch(batch);
  if (!check.ok()) return absl::InvalidArgumentError(check.message);
  auto append = [&] { return AppendTo(*hosted_, batch); };
  return hosted_->thread().Await(append);
}

absl::Status Log::Flush() {
  auto flush = [&] { return FlushTo(*hosted_); };
  return hosted_->thread().Await(flush);
}

absl::StatusOr<LogOffsets> Log::Offsets() const {
  auto get = [&] { return OffsetsOf(*hosted_); };
  return hosted_->thread().Await(get);
}

absl::StatusOr<std::optional<int64_t>> Log::FindTimestamp(int64_t timestamp_ms) const {
  auto find = [&] { return FindIn(*hosted_, timestamp_ms); };
  return hosted_->thread().Await(find);
}

}  // namespace varve
