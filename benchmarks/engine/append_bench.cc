#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/engine/log_scene.h"
#include "benchmarks/engine/rounds.h"
#include "engine/io/sync.h"
#include "engine/record/validate.h"

// Appending to one log from one thread. The limit writes the same bytes to a fresh file of the
// same directory by pwritev, in the groups that one turn of the loop would gather.
namespace varve::bench {
namespace {

constexpr size_t kBytes = size_t{256} << 20;

// What is appended: `count` times one batch, `in_flight` of them at a time.
struct Load {
  size_t batch_bytes = 0;
  size_t in_flight = 0;
  size_t count = 0;
  bool check = false;   // each batch is copied and its checksum verified first, as if received
  bool sync = false;    // acknowledged when durable
  bool stream = false;  // the limit syncs once, at the end: what the device can take
};

// A copy of the batch for each that is in flight, side by side. They begin at cache lines, on both
// sides of the contest: whether the processor finds what was just copied depends on that.
class Copies {
 public:
  Copies(const Buffer& batch, size_t count)
      : size_(batch.size()),
        stride_((batch.size() + kLine - 1) / kLine * kLine),
        block_(static_cast<std::byte*>(std::aligned_alloc(kLine, stride_ * count))) {
    VARVE_CHECK(block_ != nullptr);
    for (size_t i = 0; i < count; ++i) std::memcpy(At(i).data(), batch.data(), size_);
  }
  MutableBytes At(size_t i) const { return {block_.get() + i * stride_, size_}; }

 private:
  static constexpr size_t kLine = 64;
  struct Free {
    void operator()(std::byte* block) const { std::free(block); }
  };
  const size_t size_;
  const size_t stride_;
  const std::unique_ptr<std::byte, Free> block_;
};

log::Config ConfigOf(const Load& load) {
  log::Config config;
  if (load.sync) config.flush_messages = 1;
  return config;
}

// One of the appenders: its batch again and again.
io::Task<void> AppendOften(log::Log& log, const Load& load, const Buffer& batch, MutableBytes mine,
                           size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (load.check) {
      std::memcpy(mine.data(), batch.data(), batch.size());
      VARVE_CHECK(record::CheckProducedBatch(mine).ok());
    }
    Must((co_await log.Append(mine)).status());
  }
}

io::Task<double> AppendAll(LogScene& scene, const ScratchDirectory& directory, const Load& load,
                           const Buffer& batch) {
  const auto log = co_await scene.OpenLog(directory.path(), ConfigOf(load), log::Stop::kClean);
  const Copies copies(batch, load.in_flight);
  io::Gate gate(scene.loop());
  const double start = Seconds();
  for (size_t i = 0; i < load.in_flight; ++i) {
    gate.Spawn(AppendOften(*log, load, batch, copies.At(i), load.count / load.in_flight));
  }
  co_await gate.Close();
  const double seconds = Seconds() - start;
  (co_await log->Close(false)).IgnoreError();
  co_return seconds;
}

double AppendThroughLog(const Load& load, const Buffer& batch) {
  const ScratchDirectory directory;
  LogScene scene;
  return scene.Run(AppendAll(scene, directory, load, batch));
}

double AppendBare(const Load& load, const Buffer& batch) {
  const ScratchDirectory directory;
  const Copies copies(batch, load.in_flight);
  std::vector<iovec> pieces;
  for (size_t i = 0; i < load.in_flight; ++i) pieces.push_back({copies.At(i).data(), batch.size()});
  const int file = ::open(directory.File("bare").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  VARVE_CHECK(file >= 0);
  off_t position = 0;
  const double start = Seconds();
  for (size_t i = 0; i + load.in_flight <= load.count; i += load.in_flight) {
    if (load.check) {
      for (size_t copy = 0; copy < load.in_flight; ++copy) {
        std::memcpy(copies.At(copy).data(), batch.data(), batch.size());
        const record::BatchView view(copies.At(copy));
        VARVE_CHECK(view.ComputeCrc() == view.crc());
      }
    }
    const ssize_t written =
        ::pwritev(file, pieces.data(), static_cast<int>(pieces.size()), position);
    VARVE_CHECK(written > 0);
    position += written;
    if (load.sync && !load.stream) VARVE_CHECK(::fdatasync(file) == 0);
  }
  if (load.stream) VARVE_CHECK(::fdatasync(file) == 0);
  const double seconds = Seconds() - start;
  ::close(file);
  return seconds;
}

void Append(benchmark::State& state, Load load, size_t bytes) {
  const Buffer batch = BatchOf(load.batch_bytes, std::min<size_t>(load.batch_bytes, 1000));
  load.count = std::max(load.in_flight, Volume(bytes) / batch.size());
  load.count -= load.count % load.in_flight;
  Contest contest;
  contest.measured = [&] { return AppendThroughLog(load, batch); };
  contest.limit = [&] { return AppendBare(load, batch); };
  contest.volume = static_cast<double>(load.count * batch.size());
  if (load.check) {
    contest.volume = static_cast<double>(load.count);
    contest.unit = "batches/s";
  }
  Compete(state, contest);
}

void BM_AppendBatches(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  Append(state, {.batch_bytes = bytes, .in_flight = static_cast<size_t>(state.range(1))}, kBytes);
}
BENCHMARK(BM_AppendBatches)
    ->ArgsProduct({{1 << 10, 1 << 14, 1 << 16, 1 << 20}, {1, 4}})
    ->ArgNames({"bytes", "in_flight"})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// Batches of one record of 100 bytes, each copied and checked as if it had just been received.
void BM_AppendSmall(benchmark::State& state) {
  const auto in_flight = static_cast<size_t>(state.range(0));
  Append(state, {.batch_bytes = 100, .in_flight = in_flight, .check = true}, kBytes / 2);
}
BENCHMARK(BM_AppendSmall)
    ->Arg(16)
    ->Arg(256)
    ->ArgNames({"in_flight"})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// Each append waits until it is durable; the limit syncs once for all that are in flight.
void BM_AppendDurable(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const auto in_flight = static_cast<size_t>(state.range(1));
  Append(state, {.batch_bytes = bytes, .in_flight = in_flight, .sync = true}, kBytes / 8);
}
BENCHMARK(BM_AppendDurable)
    ->ArgsProduct({{1 << 14, 1 << 16}, {1, 64}})
    ->ArgNames({"bytes", "in_flight"})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// Group commit: many appends, each durable before it is acknowledged, beside a stream of the same
// bytes that is synced once.
void BM_AppendGroups(benchmark::State& state) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const auto in_flight = static_cast<size_t>(state.range(1));
  Append(state, {.batch_bytes = bytes, .in_flight = in_flight, .sync = true, .stream = true},
         kBytes * 2);
}
BENCHMARK(BM_AppendGroups)
    ->ArgsProduct({{1 << 14, 1 << 16, 1 << 20}, {64}})
    ->ArgNames({"bytes", "in_flight"})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace varve::bench

int main(int argc, char** argv) { return varve::bench::RunPrograms(argc, argv); }
