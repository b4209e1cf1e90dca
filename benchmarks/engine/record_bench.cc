#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/record/builder.h"
#include "engine/record/compression.h"
#include "engine/record/record.h"
#include "engine/record/validate.h"

// What a batch costs a shard: the check of header and checksum that every produce pays, the walk
// over records that some topics ask for, and the codecs under it.
namespace varve::record {
namespace {

constexpr size_t kValueBytes = 100;
constexpr size_t kDecompressedMax = size_t{64} << 20;

Buffer BatchOf(int64_t bytes, Codec codec) {
  BatchBuilder builder({.codec = codec});
  for (int64_t i = 0; static_cast<int64_t>(builder.size_bytes()) < bytes; ++i) {
    std::string value = fmt::format("{{\"id\":{},\"user\":{},\"path\":\"/api/{}\",\"note\":\"", i,
                                    i * 7919 % 100003, i % 17);
    value.resize(kValueBytes, 'x');
    const std::string key = fmt::format("user-{}", i % 1000);
    builder.Append({.timestamp = 1700000000000 + i, .key = AsBytes(key), .value = AsBytes(value)});
  }
  return builder.Build();
}

// Bytes as they arrive; records are about 115 bytes each.
void Count(benchmark::State& state, const Buffer& batch) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(batch.size()));
  state.counters["records/s"] =
      benchmark::Counter(static_cast<double>(BatchView(batch).record_count()),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void BM_CheckProducedBatch(benchmark::State& state) {
  const Buffer batch = BatchOf(state.range(0), Codec::kNone);
  for (auto _ : state) benchmark::DoNotOptimize(CheckProducedBatch(batch).ok());
  Count(state, batch);
}
BENCHMARK(BM_CheckProducedBatch)->Arg(1 << 10)->Arg(1 << 14)->Arg(1 << 20);

void BM_CheckRecords(benchmark::State& state) {
  const auto codec = static_cast<Codec>(state.range(1));
  const Buffer batch = BatchOf(state.range(0), codec);
  const RecordLimits limits{.decompressed_bytes_max = kDecompressedMax, .key_required = true};
  for (auto _ : state) {
    const RecordsCheck check = CheckRecords(BatchView(batch), limits);
    VARVE_CHECK(check.ok());
  }
  Count(state, batch);
  state.SetLabel(std::string(CodecName(codec)));
}
BENCHMARK(BM_CheckRecords)->ArgsProduct({{1 << 10, 1 << 14, 1 << 20}, {0, 1, 2, 3, 4}});

void BM_Build(benchmark::State& state) {
  const auto codec = static_cast<Codec>(state.range(1));
  const Buffer bytes = BatchOf(state.range(0), Codec::kNone);
  const BatchView batch(bytes);
  for (auto _ : state) {
    BatchBuilder builder({.codec = codec});
    RecordIterator records(batch, batch.records());
    for (RecordView record; records.Next(record);) {
      builder.Append({.timestamp = record.timestamp, .key = record.key, .value = record.value});
    }
    benchmark::DoNotOptimize(builder.Build());
  }
  Count(state, bytes);
  state.SetLabel(std::string(CodecName(codec)));
}
BENCHMARK(BM_Build)->ArgsProduct({{1 << 14, 1 << 20}, {0, 1, 2, 3, 4}});

}  // namespace
}  // namespace varve::record

BENCHMARK_MAIN();
