#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "benchmarks/engine/log_scene.h"
#include "benchmarks/engine/rounds.h"
#include "engine/base/crc32c.h"
#include "engine/log/file_names.h"

// Opening logs: the scan after a process died, and many small logs after a clean stop. Pages are
// resident in both.
namespace varve::bench {
namespace {

constexpr size_t kLogBytes = size_t{256} << 20;
constexpr size_t kReadBytes = size_t{1} << 20;
constexpr size_t kLogs = 2000;

io::Task<double> Fill(LogScene& scene, std::string directory, size_t bytes, size_t batch_bytes,
                      bool sync) {
  const auto log = co_await scene.OpenLog(std::move(directory), {}, log::Stop::kClean);
  Buffer batch = BatchOf(batch_bytes, 1000);
  for (size_t written = 0; written < bytes; written += batch.size()) {
    Must((co_await log->Append(batch)).status());
  }
  const absl::Status closed = co_await log->Close(sync);
  if (sync) Must(closed);
  co_return 0;
}

// Opens a log whose recovery point is 0 after its process died: every batch is read and checked.
io::Task<double> Recover(LogScene& scene, std::string directory) {
  const double start = Seconds();
  const auto log = co_await scene.OpenLog(std::move(directory), {}, log::Stop::kProcess);
  const double seconds = Seconds() - start;
  Must(co_await log->Close());
  co_return seconds;
}

// Reads the same bytes, checksums them in pieces as long as the batches, and syncs, as recovery
// does with what it accepts.
double ReadAndCheck(const std::string& path, size_t batch_bytes) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  VARVE_CHECK(file >= 0);
  Buffer into(kReadBytes);
  uint32_t crc = 0;
  const double start = Seconds();
  off_t position = 0;
  while (const ssize_t got = ::pread(file, into.data(), into.size(), position)) {
    VARVE_CHECK(got > 0);
    Bytes left = Bytes(into).first(static_cast<size_t>(got));
    while (!left.empty()) {
      const Bytes piece = left.first(std::min(left.size(), batch_bytes));
      crc ^= Crc32c(piece);
      left = left.subspan(piece.size());
    }
    position += got;
  }
  VARVE_CHECK(::fdatasync(file) == 0);
  const double seconds = Seconds() - start;
  benchmark::DoNotOptimize(crc);
  ::close(file);
  return seconds;
}

void BM_RecoveryScan(benchmark::State& state) {
  const ScratchDirectory directory;
  const size_t bytes = Volume(kLogBytes);
  {
    LogScene scene;
    scene.Run(Fill(scene, directory.path(), bytes, static_cast<size_t>(state.range(0)), false));
  }
  Contest contest;
  contest.measured = [&] {
    LogScene scene;
    return scene.Run(Recover(scene, directory.path()));
  };
  contest.limit = [&] {
    return ReadAndCheck(directory.File(log::FileName(0, log::FileKind::kLog)),
                        static_cast<size_t>(state.range(0)));
  };
  contest.volume = static_cast<double>(bytes);
  Compete(state, contest);
}
BENCHMARK(BM_RecoveryScan)
    ->Arg(1 << 10)
    ->Arg(1 << 14)
    ->Arg(1 << 16)
    ->ArgName("batch_bytes")
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

io::Task<double> OpenAll(LogScene& scene, const std::vector<std::string>& paths) {
  std::vector<std::unique_ptr<log::Log>> logs;
  const double start = Seconds();
  for (const std::string& path : paths) {
    logs.push_back(co_await scene.OpenLog(path, {}, log::Stop::kClean));
  }
  const double seconds = Seconds() - start;
  for (auto& log : logs) Must(co_await log->Close());
  co_return seconds;
}

// Opens each log file once and closes it.
double OpenFilesBare(const std::vector<std::string>& paths) {
  const double start = Seconds();
  for (const std::string& path : paths) {
    const std::string name = path + "/" + log::FileName(0, log::FileKind::kLog);
    const int file = ::open(name.c_str(), O_RDWR | O_CLOEXEC);
    VARVE_CHECK(file >= 0);
    ::close(file);
  }
  return Seconds() - start;
}

void BM_OpenLogs(benchmark::State& state) {
  const ScratchDirectory directory;
  std::vector<std::string> paths;
  for (size_t i = 0; i < Volume(kLogs); ++i) {
    paths.push_back(directory.File("log-" + std::to_string(i)));
    VARVE_CHECK(::mkdir(paths.back().c_str(), 0700) == 0);
    LogScene scene;
    scene.Run(Fill(scene, paths.back(), 1, 100, true));
  }
  Contest contest;
  contest.measured = [&] {
    LogScene scene;
    return scene.Run(OpenAll(scene, paths));
  };
  contest.limit = [&] { return OpenFilesBare(paths); };
  contest.volume = static_cast<double>(paths.size());
  contest.unit = "logs/s";
  Compete(state, contest);
}
BENCHMARK(BM_OpenLogs)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace varve::bench

int main(int argc, char** argv) { return varve::bench::RunPrograms(argc, argv); }
