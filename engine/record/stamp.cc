#include "engine/record/stamp.h"

#include "engine/base/check.h"
#include "engine/record/batch.h"

namespace varve::record {
namespace {

BatchHeader& HeaderOf(MutableBytes batch) {
  VARVE_CHECK(batch.size() >= kHeaderBytes, "a batch header in {} bytes", batch.size());
  return *reinterpret_cast<BatchHeader*>(batch.data());
}

void StampTime(MutableBytes batch, int16_t attributes, int64_t max_timestamp_ms) {
  BatchHeader& header = HeaderOf(batch);
  header.attributes = attributes;
  header.max_timestamp = max_timestamp_ms;
  header.crc = BatchView(batch).ComputeCrc();
}

}  // namespace

void StampBaseOffset(MutableBytes batch, int64_t base_offset) {
  HeaderOf(batch).base_offset = base_offset;
}

void StampLeaderEpoch(MutableBytes batch, int32_t leader_epoch) {
  HeaderOf(batch).leader_epoch = leader_epoch;
}

void StampLogAppendTime(MutableBytes batch, int64_t now_ms) {
  const int16_t attributes = HeaderOf(batch).attributes;
  StampTime(batch, static_cast<int16_t>(attributes | kLogAppendTimeBit), now_ms);
}

void StampMaxTimestamp(MutableBytes batch, int64_t max_timestamp_ms) {
  const int16_t attributes = HeaderOf(batch).attributes;
  StampTime(batch, static_cast<int16_t>(attributes & ~kLogAppendTimeBit), max_timestamp_ms);
}

}  // namespace varve::record
