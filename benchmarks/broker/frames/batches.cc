#include "benchmarks/broker/frames/batches.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <string_view>

#include "engine/record/builder.h"

namespace varve::bench {
namespace {

constexpr std::array<std::string_view, 16> kWords = {
    "\"order\":",  "\"customer\":", "info ",  "warning ", "GET /api/v1/", "status=200 ",
    "partition-",  "consumer ",     "true,",  "offset ",  "10.0.12.",     "2024-11-22T04:22:",
    "\"amount\":", "shipped ",      "retry ", "timeout "};

record::BatchBuilder Builder(const BatchShape& shape) {
  record::BatchOptions options;
  options.codec = shape.codec;
  return record::BatchBuilder(options);
}

}  // namespace

std::string MakeText(size_t bytes, io::Random& random) {
  std::string text;
  text.reserve(bytes + 32);
  while (text.size() < bytes) {
    text += kWords[random.Below(kWords.size())];
    fmt::format_to(std::back_inserter(text), "{} ", random.Below(100'000));
  }
  text.resize(bytes);
  return text;
}

Buffer MakeBatch(const BatchShape& shape, int64_t now_ms, io::Random& random) {
  record::BatchBuilder builder = Builder(shape);
  for (uint32_t i = 0; i < shape.records; ++i) {
    const std::string value = MakeText(shape.record_bytes, random);
    builder.Append({.timestamp = now_ms, .value = AsBytes(value)});
  }
  return builder.Build();
}

std::map<int32_t, Buffer> MakeKeyedBatches(const BatchShape& shape, int32_t partitions,
                                           int64_t now_ms, io::Random& random) {
  std::map<int32_t, record::BatchBuilder> builders;
  for (uint32_t i = 0; i < shape.records; ++i) {
    const std::string key = fmt::format("key-{}", random.Below(shape.keys));
    const size_t partition = std::hash<std::string>()(key) % static_cast<size_t>(partitions);
    const std::string value = MakeText(shape.record_bytes, random);
    auto& builder =
        builders.try_emplace(static_cast<int32_t>(partition), Builder(shape)).first->second;
    builder.Append({.timestamp = now_ms, .key = AsBytes(key), .value = AsBytes(value)});
  }
  std::map<int32_t, Buffer> batches;
  for (auto& [partition, builder] : builders) batches[partition] = builder.Build();
  return batches;
}

}  // namespace varve::bench
