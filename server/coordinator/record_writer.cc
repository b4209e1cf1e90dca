#include "server/coordinator/record_writer.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/io/pool.h"
#include "engine/record/builder.h"

namespace varve::coordinator {
namespace {

size_t BytesOf(const Change& change) {
  size_t bytes = 0;
  for (const LogRecord& record : change.records) {
    bytes += record.key.size() + (record.value ? record.value->size() : 0);
  }
  return bytes;
}

Buffer BatchOf(const std::vector<Change>& changes, record::Codec codec, int64_t now_ms) {
  record::BatchBuilder builder({.codec = codec});
  for (const Change& change : changes) {
    if (change.refused != wire::ErrorCode::kNone) continue;
    for (const LogRecord& record : change.records) {
      record::RecordFields fields{.timestamp = now_ms, .key = record.key};
      if (record.value) fields.value = *record.value;
      builder.Append(fields);
    }
  }
  return builder.record_count() > 0 ? builder.Build() : Buffer();
}

}  // namespace

void RecordWriter::Add(Change change) {
  VARVE_CHECK(!gate_.closing(), "a change of groups after the end of their log's writer");
  queue_.push_back(std::move(change));
  if (!std::exchange(running_, true)) VARVE_CHECK(gate_.Spawn(Run()), "checked above");
}

io::Task<void> RecordWriter::Run() {
  io::Yield turn{loop_};
  co_await turn;  // others may come in the same turn
  while (!queue_.empty()) {
    std::vector<Change> changes = TakeSome();
    const wire::ErrorCode error = co_await Write(changes);
    for (Change& change : changes) {
      change.done(change.refused == wire::ErrorCode::kNone ? error : change.refused);
    }
  }
  running_ = false;
}

// A change that depends on those before it comes first in a batch.
std::vector<Change> RecordWriter::TakeSome() {
  std::vector<Change> taken;
  size_t bytes = 0;
  while (!queue_.empty() && bytes < kBatchBytesMax) {
    Change& next = queue_.front();
    if (next.late && !taken.empty()) break;
    if (next.late) {
      for (LogRecord& record : next.late()) next.records.push_back(std::move(record));
    }
    bytes += BytesOf(next);
    taken.push_back(std::move(next));
    queue_.pop_front();
  }
  return taken;
}

// The log acknowledges when the batch is below the high watermark, which is what all in-sync
// replicas have.
io::Task<wire::ErrorCode> RecordWriter::Write(const std::vector<Change>& changes) {
  size_t bytes = 0;
  for (const Change& change : changes) bytes += BytesOf(change);
  const int64_t now_ms = loop_.clock().WallMillis();
  auto build = [&] { return BatchOf(changes, codec_, now_ms); };
  Buffer batch;
  if (bytes > kBatchBytesMax || codec_ != record::Codec::kNone) {
    batch = co_await io::Offload(loop_, build);
  } else {
    batch = build();
  }
  if (batch.empty()) co_return wire::ErrorCode::kNone;
  const auto appended = co_await log_.Append(batch);
  co_return appended.ok() ? wire::ErrorCode::kNone : error_of_(appended.status());
}

}  // namespace varve::coordinator
