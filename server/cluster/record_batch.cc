#include "server/cluster/record_batch.h"

#include "engine/record/builder.h"

namespace varve::cluster {

Buffer RecordBatch::Encode(int64_t now_ms, int32_t leader_epoch) const {
  record::BatchOptions options;
  options.leader_epoch = leader_epoch;
  record::BatchBuilder builder(options);
  for (const Buffer& value : values_) {
    builder.Append({.timestamp = now_ms, .key = std::nullopt, .value = Bytes(value)});
  }
  return builder.Build();
}

}  // namespace varve::cluster
