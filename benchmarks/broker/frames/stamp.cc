#include "benchmarks/broker/frames/stamp.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/byte_order.h"
#include "engine/base/check.h"
#include "engine/record/builder.h"

namespace varve::bench {

StampedBatch MakeStampedBatch(const BatchShape& shape, uint64_t run, int64_t now_ms,
                              io::Random& random) {
  std::array<std::byte, sizeof(run)> mark{};
  StoreBigEndian(mark.data(), run);
  record::BatchBuilder builder;
  for (uint32_t i = 0; i < shape.records; ++i) {
    std::string value = MakeText(std::max<size_t>(shape.record_bytes, kStampBytes), random);
    if (i == 0) value.replace(0, mark.size(), AsText(mark));
    builder.Append({.timestamp = now_ms, .value = AsBytes(value)});
  }
  StampedBatch made{builder.Build()};
  const auto at = std::search(made.batch.begin(), made.batch.end(), mark.begin(), mark.end());
  VARVE_CHECK(at != made.batch.end(), "a batch without its mark");
  made.stamp_at = static_cast<size_t>(at - made.batch.begin());
  return made;
}

void Stamp(MutableBytes batch, size_t stamp_at, io::MonoTime time) {
  StoreBigEndian(batch.data() + stamp_at + sizeof(uint64_t),
                 static_cast<int64_t>(time.time_since_epoch().count()));
  const uint32_t crc = record::BatchView(batch).ComputeCrc();
  StoreBigEndian(batch.data() + offsetof(record::BatchHeader, crc), crc);
}

std::optional<io::MonoTime> ReadStamp(Bytes front, size_t stamp_at, uint64_t run) {
  if (front.size() < stamp_at + kStampBytes) return std::nullopt;
  if (LoadBigEndian<uint64_t>(front.data() + stamp_at) != run) return std::nullopt;
  const auto ns = LoadBigEndian<int64_t>(front.data() + stamp_at + sizeof(run));
  return io::MonoTime(io::Duration(ns));
}

}  // namespace varve::bench
