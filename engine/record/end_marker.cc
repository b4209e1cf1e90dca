#include "engine/record/end_marker.h"

#include "engine/base/byte_order.h"
#include "engine/record/builder.h"
#include "engine/record/record.h"

namespace varve::record {
namespace {

struct ControlKey {
  be_int16 version;
  be_int16 type;
};
static_assert(sizeof(ControlKey) == 4);

struct EndMarkerValue {
  be_int16 version;
  be_int32 coordinator_epoch;
};
static_assert(sizeof(EndMarkerValue) == 6);

template <typename T>
Bytes AsBytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

// Later versions may add fields at the end.
std::optional<EndMarker> ParseRecord(const RecordView& record) {
  if (!record.key || record.key->size() < sizeof(ControlKey)) return std::nullopt;
  if (!record.value || record.value->size() < sizeof(EndMarkerValue)) return std::nullopt;
  const auto type = LoadBigEndian<int16_t>(record.key->data() + sizeof(be_int16));
  const bool commit = type == static_cast<int16_t>(ControlType::kCommit);
  if (!commit && type != static_cast<int16_t>(ControlType::kAbort)) return std::nullopt;
  return EndMarker{commit, LoadBigEndian<int32_t>(record.value->data() + sizeof(be_int16))};
}

}  // namespace

std::optional<EndMarker> ParseEndMarker(BatchView batch) {
  if (!batch.is_control() || batch.is_compressed() || batch.record_count() < 1) return std::nullopt;
  RecordIterator records(batch, batch.records());
  RecordView record;
  if (!records.Next(record)) return std::nullopt;
  return ParseRecord(record);
}

Buffer BuildEndMarker(int64_t producer_id, int16_t producer_epoch, const EndMarker& marker,
                      int64_t timestamp_ms) {
  const ControlType type = marker.commit ? ControlType::kCommit : ControlType::kAbort;
  const ControlKey key{0, static_cast<int16_t>(type)};
  const EndMarkerValue value{0, marker.coordinator_epoch};
  BatchBuilder builder({.transactional = true,
                        .control = true,
                        .producer_id = producer_id,
                        .producer_epoch = producer_epoch});
  builder.Append({.timestamp = timestamp_ms, .key = AsBytesOf(key), .value = AsBytesOf(value)});
  return builder.Build();
}

}  // namespace varve::record
