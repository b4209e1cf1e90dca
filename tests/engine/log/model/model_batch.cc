#include "tests/engine/log/model/model_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/record/record.h"

namespace varve::log::test {
namespace {

using record::BatchView;
using record::RecordView;

constexpr size_t kPlainBytesMax = 1 << 20;

bool Same(const record::MaybeBytes& left, const record::MaybeBytes& right) {
  if (!left || !right) return left.has_value() == right.has_value();
  return std::ranges::equal(*left, *right);
}

bool Same(const RecordView& left, const RecordView& right) {
  return left.offset == right.offset && left.timestamp == right.timestamp &&
         Same(left.key, right.key) && Same(left.value, right.value) &&
         left.header_count == right.header_count &&
         std::ranges::equal(left.raw_headers, right.raw_headers);
}

}  // namespace

ModelBatch::ModelBatch(DrawnBatch drawn, int64_t now_ms, bool was_acknowledged)
    : sent(std::move(drawn.bytes)),
      marker(record::ParseEndMarker(BatchView(sent))),
      came_ms(now_ms),
      acknowledged(was_acknowledged) {
  const bool stamped = view().timestamp_type() == record::TimestampType::kLogAppendTime;
  for (const DrawnRecord& record : drawn.records) {
    records.push_back({record});
    if (stamped) records.back().timestamp = view().max_timestamp();
  }
}

bool ModelBatch::has_records() const {
  return std::ranges::any_of(records, [](const ModelRecord& record) { return !record.gone; });
}

std::string ModelBatch::NoteGone(size_t index) {
  ModelRecord& record = records[index];
  if (record.gone) return "";
  if (!record.optional) {
    return fmt::format("the {} at offset {}, key {}{}, is gone; touched {}, retention {}",
                       marker ? "marker" : "record", base() + static_cast<int64_t>(index),
                       record.key, record.tombstone ? ", a tombstone" : "",
                       touched_ms == kNever ? -1 : touched_ms, retention_ms);
  }
  record.gone = true;
  return "";
}

std::string ModelBatch::MeetNothing() {
  for (size_t i = 0; i < records.size(); ++i) {
    if (std::string wrong = NoteGone(i); !wrong.empty()) return wrong;
  }
  absent = true;
  return "";
}

std::string ModelBatch::Meet(Bytes found) {
  if (absent) return fmt::format("the batch at {} has come back", base());
  if (std::ranges::equal(found, bytes())) return "";
  if (touched_ms == kNever) {
    const BatchView got(found);
    return fmt::format("the batch at {} is not what was sent: epoch {} for {}, {} bytes for {}",
                       base(), got.leader_epoch(), view().leader_epoch(), found.size(),
                       sent.size());
  }
  std::string wrong = CheckHeader(BatchView(found));
  if (wrong.empty()) wrong = CheckRecords(BatchView(found));
  cleaned.assign(found.begin(), found.end());
  return wrong;
}

// Compaction leaves the header as it is but for the horizon of tombstones.
std::string ModelBatch::CheckHeader(BatchView found) const {
  const BatchView want = view();
  const bool same =
      found.last_offset() == want.last_offset() && found.leader_epoch() == want.leader_epoch() &&
      found.producer_id() == want.producer_id() &&
      found.producer_epoch() == want.producer_epoch() &&
      found.base_sequence() == want.base_sequence() &&
      found.is_transactional() == want.is_transactional() &&
      found.is_control() == want.is_control() && found.timestamp_type() == want.timestamp_type() &&
      (found.record_count() == 0 || found.codec() == want.codec());
  if (!same) return fmt::format("the header of the batch at {} has changed", base());
  if (!found.has_delete_horizon()) return "";
  const BatchView before(bytes());
  const bool moved =
      before.has_delete_horizon() && before.base_timestamp() != found.base_timestamp();
  if (!moved && found.base_timestamp() >= touched_ms + retention_ms) return "";
  return fmt::format("the batch at {} has a delete horizon at {}, touched {}, retention {}", base(),
                     found.base_timestamp(), touched_ms, retention_ms);
}

std::string ModelBatch::CheckRecords(BatchView found) {
  const auto want_plain = record::PlainRecords::Open(view(), kPlainBytesMax);
  const auto got_plain = record::PlainRecords::Open(found, kPlainBytesMax);
  if (!want_plain.ok() || !got_plain.ok()) return fmt::format("batch {} does not decode", base());
  record::RecordIterator wanted(view(), want_plain->bytes());
  record::RecordIterator got(found, got_plain->bytes());
  RecordView next;
  bool more = got.Next(next);
  size_t index = 0;
  for (RecordView want; wanted.Next(want); ++index) {
    if (!more || next.offset != want.offset) {
      if (std::string wrong = NoteGone(index); !wrong.empty()) return wrong;
      continue;
    }
    if (!Same(next, want)) return fmt::format("the record at offset {} has changed", want.offset);
    if (records[index].gone) return fmt::format("offset {} has come back", want.offset);
    more = got.Next(next);
  }
  if (more || !got.status().ok()) return fmt::format("batch {} has records of its own", base());
  return "";
}

}  // namespace varve::log::test
