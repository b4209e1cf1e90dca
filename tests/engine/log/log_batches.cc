#include "tests/engine/log/log_batches.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/record/builder.h"

namespace varve::log::test {

using record::BatchBuilder;
using record::BatchView;

Buffer MakeBatch(const Times& times, size_t value_bytes, record::Codec codec) {
  BatchBuilder builder({.codec = codec});
  const std::string value(value_bytes, 'v');
  for (const int64_t time : times) builder.Append({.timestamp = time, .value = AsBytes(value)});
  return builder.Build();
}

Buffer ProducedBatch(const FromProducer& from) {
  BatchBuilder builder({.transactional = from.transactional,
                        .producer_id = from.id,
                        .producer_epoch = from.epoch,
                        .base_sequence = from.sequence});
  for (int i = 0; i < from.count; ++i) {
    builder.Append({.timestamp = from.time, .value = AsBytes("value")});
  }
  return builder.Build();
}

Buffer BatchOfSize(size_t bytes, int64_t time) {
  // A length that needs one more byte skips a size; a key makes up for it.
  for (const std::string& key : {std::string(), std::string("k")}) {
    for (size_t value_bytes = bytes - record::kHeaderBytes; value_bytes-- > 0;) {
      BatchBuilder builder;
      const std::string value(value_bytes, 'v');
      builder.Append({.timestamp = time, .key = AsBytes(key), .value = AsBytes(value)});
      if (builder.size_bytes() == bytes) return builder.Build();
      if (builder.size_bytes() < bytes) break;
    }
  }
  VARVE_CHECK(false, "no batch of {} bytes", bytes);
}

std::string Offsets(Bytes batches) {
  std::string text;
  while (!batches.empty()) {
    if (!text.empty()) text += ' ';
    if (record::PeekBatch(batches).kind != record::Peek::Kind::kBatch) return text + '?';
    const BatchView batch(batches);
    text += fmt::format("{}-{}", batch.base_offset(), batch.last_offset());
    batches = batches.subspan(batch.size_bytes());
  }
  return text;
}

std::string Hex(Bytes bytes) {
  std::string hex;
  for (const std::byte byte : bytes) hex += fmt::format("{:02x}", static_cast<int>(byte));
  return hex;
}

}  // namespace varve::log::test
