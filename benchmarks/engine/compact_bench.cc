#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <string>
#include <vector>

#include "benchmarks/engine/log_scene.h"
#include "benchmarks/engine/rounds.h"
#include "engine/log/clean/cleaner_manager.h"
#include "engine/record/builder.h"

// Compacting one log whose keys come twice each. The limit does with a file of the same size what
// nobody can spare who compacts: reads it and hashes it for the keys, reads it again, writes what
// is left, and syncs that.
namespace varve::bench {
namespace {

constexpr size_t kBytes = size_t{256} << 20;
constexpr size_t kBatchBytes = 16384;
constexpr size_t kBufferBytes = 512 << 10;
constexpr size_t kTimesEachKey = 2;

struct Load {
  size_t value_bytes = 0;
  size_t records = 0;
};

size_t PerBatch(const Load& load) {
  return std::max<size_t>(1, kBatchBytes / (load.value_bytes + 30));
}

// Keys in an order that is not that of their hashes, each again once all have come.
Buffer KeyedBatch(const Load& load, size_t first) {
  const size_t keys = std::max<size_t>(1, load.records / kTimesEachKey);
  const std::string value(load.value_bytes, 'v');
  record::BatchBuilder builder;
  for (size_t i = first; i < std::min(load.records, first + PerBatch(load)); ++i) {
    const std::string key = fmt::format("key-{:012}", i % keys);
    builder.Append({.timestamp = 1'700'000'000'000, .key = AsBytes(key), .value = AsBytes(value)});
  }
  return builder.Build();
}

log::Config ConfigOf() {
  log::Config config;
  config.segment_bytes = 32 << 20;
  config.cleanup_compact = true;
  config.cleanup_delete = false;
  config.min_cleanable_dirty_ratio = 0.01;
  return config;
}

struct Outcome {
  double seconds = 0;
  log::CleanerReport report;
};

io::Task<double> CompactOnce(LogScene& scene, const ScratchDirectory& directory, const Load& load,
                             Outcome& outcome) {
  const auto log = co_await scene.OpenLog(directory.path(), ConfigOf(), log::Stop::kClean);
  for (size_t first = 0; first < load.records; first += PerBatch(load)) {
    Buffer batch = KeyedBatch(load, first);
    Must((co_await log->Append(batch)).status());
  }
  Must(co_await log->Flush());
  log->AdvanceHighWatermark(log->offsets().end);
  log::CleanerManager::Options options;
  options.report = [](const std::string& text) { VARVE_CHECK(false, "{}", text); };
  log::CleanerManager manager(scene.loop(), scene.files(), options);
  manager.Add(*log);
  const double start = Seconds();
  outcome.seconds = 0;
  if (co_await manager.CleanOne()) outcome.seconds = Seconds() - start;
  outcome.report = manager.StatusOf(*log)->last;
  Must(co_await log->Close(false));
  manager.Remove(*log);
  co_return outcome.seconds;
}

double Compact(const Load& load, Outcome& outcome) {
  const ScratchDirectory directory;
  LogScene scene;
  return scene.Run(CompactOnce(scene, directory, load, outcome));
}

uint64_t ReadThrough(int file, uint64_t bytes, bool hash) {
  std::vector<char> buffer(kBufferBytes);
  uint64_t mixed = 0;
  for (uint64_t at = 0; at < bytes;) {
    const ssize_t read = ::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(at));
    VARVE_CHECK(read > 0);
    if (hash) mixed ^= XXH3_128bits(buffer.data(), static_cast<size_t>(read)).low64;
    at += static_cast<uint64_t>(read);
  }
  return mixed;
}

void WriteOut(int file, uint64_t bytes) {
  const std::vector<char> buffer(kBufferBytes, 'x');
  for (uint64_t at = 0; at < bytes;) {
    const size_t piece = std::min<uint64_t>(buffer.size(), bytes - at);
    const ssize_t written = ::pwrite(file, buffer.data(), piece, static_cast<off_t>(at));
    VARVE_CHECK(written > 0);
    at += static_cast<uint64_t>(written);
  }
}

double CompactBare(const log::CleanerReport& like) {
  const ScratchDirectory directory;
  const auto open = [&](const char* name) {
    const int file = ::open(directory.File(name).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    VARVE_CHECK(file >= 0);
    return file;
  };
  const int source = open("source");
  const int output = open("output");
  const uint64_t once = like.bytes_read / 2;
  WriteOut(source, once);
  VARVE_CHECK(::fdatasync(source) == 0);
  const double start = Seconds();
  benchmark::DoNotOptimize(ReadThrough(source, once, /*hash=*/true));
  ReadThrough(source, once, /*hash=*/false);
  WriteOut(output, like.bytes_written);
  VARVE_CHECK(::fdatasync(output) == 0);
  const double seconds = Seconds() - start;
  ::close(source);
  ::close(output);
  return seconds;
}

void BM_Compact(benchmark::State& state) {
  Load load{.value_bytes = static_cast<size_t>(state.range(0))};
  load.records = Volume(kBytes) / (load.value_bytes + 30);
  // Small logs need not fill a segment.
  load.records =
      std::max<size_t>(load.records, (ConfigOf().segment_bytes * 2) / (load.value_bytes + 30));
  Outcome outcome;
  Contest contest;
  contest.measured = [&] { return Compact(load, outcome); };
  contest.limit = [&] { return CompactBare(outcome.report); };
  Compact(load, outcome);
  VARVE_CHECK(outcome.seconds > 0, "nothing was compacted");
  contest.volume = static_cast<double>(outcome.report.bytes_read) / 2;
  Compete(state, contest);
  state.counters["map_MiB"] = static_cast<double>(outcome.report.map_bytes) / (1 << 20);
  state.counters["kept"] = static_cast<double>(outcome.report.bytes_written) / contest.volume;
}
BENCHMARK(BM_Compact)
    ->Arg(100)
    ->Arg(1000)
    ->ArgNames({"value"})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace varve::bench

int main(int argc, char** argv) { return varve::bench::RunPrograms(argc, argv); }
