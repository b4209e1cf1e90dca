#include <fcntl.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

#include "benchmarks/engine/log_scene.h"
#include "benchmarks/engine/rounds.h"
#include "engine/log/file_names.h"
#include "engine/record/builder.h"

// Reading a log whose pages are resident, in one segment. The limit reads the same bytes by pread
// from the same file, knowing where they lie.
namespace varve::bench {
namespace {

constexpr size_t kLogBytes = size_t{256} << 20;
constexpr size_t kBatchBytes = size_t{16} << 10;
constexpr int64_t kFirstTimestamp = 1'700'000'000'000;

// A closed log of equal batches of one record each; record n has the timestamp of n.
class Library {
 public:
  Library() : batches_(Volume(kLogBytes / kBatchBytes)) {
    LogScene scene;
    scene.Run(Fill(scene));
  }

  const std::string& path() const { return directory_.path(); }
  std::string log_file() const { return directory_.File(log::FileName(0, log::FileKind::kLog)); }
  size_t batches() const { return batches_; }
  size_t batch_bytes() const { return batch_bytes_; }

 private:
  io::Task<double> Fill(LogScene& scene) {
    const auto log = co_await scene.OpenLog(path(), {}, log::Stop::kClean);
    for (size_t i = 0; i < batches_; ++i) {
      record::BatchBuilder builder;
      const std::string value(kBatchBytes - 100, 'x');
      builder.Append(
          {.timestamp = kFirstTimestamp + static_cast<int64_t>(i), .value = AsBytes(value)});
      Buffer batch = builder.Build();
      batch_bytes_ = batch.size();
      Must((co_await log->Append(batch)).status());
    }
    Must(co_await log->Close());
    co_return 0;
  }

  ScratchDirectory directory_;
  size_t batches_;
  size_t batch_bytes_ = 0;
};

// Offsets in an order that no cache expects, the same in every round.
std::vector<int64_t> RandomOffsets(const Library& library, size_t count) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<int64_t> any(0, static_cast<int64_t>(library.batches()) - 1);
  std::vector<int64_t> offsets(count);
  for (int64_t& offset : offsets) offset = any(random);
  return offsets;
}

io::Task<double> ReadThrough(LogScene& scene, const Library& library, uint64_t bytes) {
  const auto log = co_await scene.OpenLog(library.path(), {}, log::Stop::kClean);
  Buffer into(bytes);
  const double start = Seconds();
  for (int64_t offset = 0; offset < static_cast<int64_t>(library.batches());) {
    const log::ReadRange read = Must(co_await log->Read(offset, bytes, log->offsets().end, true));
    const MutableBytes target = MutableBytes(into).first(read.range.size);
    Must((co_await read.range.file->Read(read.range.position, target)).status());
    offset += static_cast<int64_t>(read.range.size / library.batch_bytes());
  }
  const double seconds = Seconds() - start;
  Must(co_await log->Close());
  co_return seconds;
}

double ReadThroughBare(const Library& library, uint64_t bytes) {
  const int file = ::open(library.log_file().c_str(), O_RDONLY | O_CLOEXEC);
  VARVE_CHECK(file >= 0);
  const size_t step = bytes / library.batch_bytes() * library.batch_bytes();
  Buffer into(step);
  const double start = Seconds();
  off_t position = 0;
  while (const ssize_t got = ::pread(file, into.data(), into.size(), position)) {
    VARVE_CHECK(got > 0);
    position += got;
  }
  const double seconds = Seconds() - start;
  ::close(file);
  return seconds;
}

void BM_ReadThrough(benchmark::State& state) {
  const Library library;
  const auto bytes = static_cast<uint64_t>(state.range(0));
  Contest contest;
  contest.measured = [&] {
    LogScene scene;
    return scene.Run(ReadThrough(scene, library, bytes));
  };
  contest.limit = [&] { return ReadThroughBare(library, bytes); };
  contest.volume = static_cast<double>(library.batches() * library.batch_bytes());
  Compete(state, contest);
}
BENCHMARK(BM_ReadThrough)
    ->Arg(1 << 16)
    ->Arg(1 << 20)
    ->ArgName("bytes")
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

enum class Lookup { kOffset, kTime };

io::Task<double> LookUp(LogScene& scene, const Library& library, Lookup lookup,
                        const std::vector<int64_t>& offsets) {
  const auto log = co_await scene.OpenLog(library.path(), {}, log::Stop::kClean);
  const int64_t end = log->offsets().end;
  const double start = Seconds();
  for (const int64_t offset : offsets) {
    if (lookup == Lookup::kOffset) {
      const log::ReadRange read = Must(co_await log->Read(offset, 1, end, true));
      VARVE_CHECK(read.first_offset == offset);
    } else {
      const auto found = Must(co_await log->FindTimestamp(kFirstTimestamp + offset, end));
      VARVE_CHECK(found.has_value() && found->offset == offset);
    }
  }
  const double seconds = Seconds() - start;
  Must(co_await log->Close());
  co_return seconds;
}

// One batch's header, or the whole batch where its records have to be looked at.
double LookUpBare(const Library& library, Lookup lookup, const std::vector<int64_t>& offsets) {
  const int file = ::open(library.log_file().c_str(), O_RDONLY | O_CLOEXEC);
  VARVE_CHECK(file >= 0);
  Buffer into(lookup == Lookup::kOffset ? record::kHeaderBytes : library.batch_bytes());
  const double start = Seconds();
  for (const int64_t offset : offsets) {
    const off_t position = offset * static_cast<off_t>(library.batch_bytes());
    VARVE_CHECK(::pread(file, into.data(), into.size(), position) > 0);
  }
  const double seconds = Seconds() - start;
  ::close(file);
  return seconds;
}

void BM_LookUp(benchmark::State& state, Lookup lookup) {
  const Library library;
  const std::vector<int64_t> offsets = RandomOffsets(library, Volume(20000));
  Contest contest;
  contest.measured = [&] {
    LogScene scene;
    return scene.Run(LookUp(scene, library, lookup, offsets));
  };
  contest.limit = [&] { return LookUpBare(library, lookup, offsets); };
  contest.volume = static_cast<double>(offsets.size());
  contest.unit = "lookups/s";
  Compete(state, contest);
}
BENCHMARK_CAPTURE(BM_LookUp, offset, Lookup::kOffset)->UseManualTime();
BENCHMARK_CAPTURE(BM_LookUp, time, Lookup::kTime)->UseManualTime();

}  // namespace
}  // namespace varve::bench

int main(int argc, char** argv) { return varve::bench::RunPrograms(argc, argv); }
