#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "benchmarks/engine/log_scene.h"
#include "benchmarks/engine/rounds.h"
#include "engine/log/directory.h"

// Very many small logs in one process: how soon they are ready after a clean stop and after a kill,
// what they hold of memory and descriptors, and how fast any of them is read. Each step is a
// process of its own; a line of JSON each.
//
//   scale_bench --logs=100000 --directory=/data/scale --drop-caches
//
// What is made stays there, and is used again by the next run; without a directory it goes.
namespace varve::bench {
namespace {

constexpr size_t kAtOnce = 16;
constexpr size_t kNamesPerSync = 1000;
constexpr int kBatches = 3;
constexpr size_t kReads = 1000;
constexpr int64_t kNoEpoch = -1;

// The logs of one process.
struct Logs {
  std::unique_ptr<log::LogDirectory> directory;
  std::vector<std::unique_ptr<log::Log>> logs;
};

io::Task<void> OpenOne(LogScene& scene, Logs& all, size_t number, io::Semaphore& slots) {
  co_await slots.Take();
  const std::string topic = fmt::format("log-{}", number);
  log::OpenArguments arguments = all.directory->ArgumentsFor(topic, 0, {});
  all.logs[number] = Must(co_await log::Log::Open(scene.loop(), scene.files(),
                                                  all.directory->health(), std::move(arguments)));
  slots.Give();
}

io::Task<void> CreateOne(Logs& all, size_t number, io::Semaphore& slots) {
  co_await slots.Take();
  std::string topic = fmt::format("log-{}", number);
  Must(co_await all.directory->CreatePartition(std::move(topic), 0, Uuid{1, number + 1}));
  slots.Give();
}

log::LogDirectory::Checkpoints CheckpointsOf(const Logs& all) {
  log::LogDirectory::Checkpoints checkpoints;
  for (size_t i = 0; i < all.logs.size(); ++i) {
    log::AddOffsets({fmt::format("log-{}", i), 0}, *all.logs[i], checkpoints);
  }
  return checkpoints;
}

io::Task<void> OpenDirectory(LogScene& scene, Logs& all, std::string path) {
  all.directory = Must(co_await log::LogDirectory::Open(scene.loop(), std::move(path),
                                                        log::LogDirectory::ManifestUse::kKeep));
  Must(co_await all.directory->BeginRun(kNoEpoch, kNoEpoch));
}

io::Task<void> OpenLogs(LogScene& scene, Logs& all, size_t count) {
  all.logs.resize(count);
  io::Semaphore slots(scene.loop(), kAtOnce);
  io::Gate opening(scene.loop());
  for (size_t i = 0; i < count; ++i) opening.Spawn(OpenOne(scene, all, i, slots));
  co_await opening.Close();
  Must(co_await all.directory->WriteCheckpoints(CheckpointsOf(all)));
  Must(co_await all.directory->Recovered());
}

io::Task<void> Append(log::Log& log, int batches) {
  for (int i = 0; i < batches; ++i) {
    Buffer batch = BatchOf(100, 50);
    Must((co_await log.Append(batch)).status());
  }
}

io::Task<void> CloseOne(Logs& all, size_t number, io::Semaphore& slots) {
  co_await slots.Take();
  Must(co_await all.logs[number]->Close());
  slots.Give();
}

io::Task<void> StopCleanly(LogScene& scene, Logs& all) {
  io::Semaphore slots(scene.loop(), kAtOnce);
  io::Gate closing(scene.loop());
  for (size_t i = 0; i < all.logs.size(); ++i) closing.Spawn(CloseOne(all, i, slots));
  co_await closing.Close();
  log::LogDirectory::Checkpoints checkpoints = CheckpointsOf(all);
  log::Manifest manifest;
  for (size_t i = 0; i < all.logs.size(); ++i) {
    const auto& left = all.logs[i]->as_left();
    if (left != nullptr) manifest.logs[{fmt::format("log-{}", i), 0}] = {Uuid{1, i + 1}, left};
  }
  Must(co_await all.directory->CloseCleanly(std::move(checkpoints), std::move(manifest)));
}

void Report(const std::string& step, size_t logs, double seconds) {
  std::ifstream status("/proc/self/status");
  uint64_t resident_kib = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) resident_kib = std::stoull(line.substr(6));
  }
  const auto files = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  fmt::print(
      R"({{"step":"{}","logs":{},"seconds":{:.3f},"resident_mib":{:.1f},"descriptors":{},"load":{}}})"
      "\n",
      step, logs, seconds, static_cast<double>(resident_kib) / 1024, files, load);
  std::fflush(stdout);
}

io::Task<double> Make(LogScene& scene, std::string path, size_t count) {
  const double start = Seconds();
  Logs all;
  co_await OpenDirectory(scene, all, std::move(path));
  io::Semaphore slots(scene.loop(), kAtOnce);
  for (size_t from = 0; from < count; from += kNamesPerSync) {
    io::Gate making(scene.loop());
    const size_t end = std::min(from + kNamesPerSync, count);
    for (size_t i = from; i < end; ++i) making.Spawn(CreateOne(all, i, slots));
    co_await making.Close();
    Must(co_await all.directory->SyncNames());
  }
  co_await OpenLogs(scene, all, count);
  for (const auto& log : all.logs) co_await Append(*log, kBatches);
  Report("made", count, Seconds() - start);
  const double stop = Seconds();
  co_await StopCleanly(scene, all);
  Report("first stop", count, Seconds() - stop);
  co_return 0;
}

io::Task<void> ReadSome(LogScene& scene, Logs& all) {
  std::mt19937_64 random(static_cast<uint64_t>(scene.loop().clock().WallMillis()));
  Buffer into(size_t{64} * 1024);
  for (size_t i = 0; i < kReads; ++i) {
    log::Log& log = *all.logs[random() % all.logs.size()];
    const auto read = Must(co_await log.Read(0, into.size(), log.offsets().end, true));
    VARVE_CHECK(read.range.size > 0 && read.first_offset == 0);
    const MutableBytes part = MutableBytes(into).first(read.range.size);
    VARVE_CHECK(Must(co_await read.range.file->Read(read.range.position, part)) == part.size());
  }
}

struct Round {
  std::string name;
  double started = 0;
  bool kill = false;  // with one log in a hundred dirty, else stopped cleanly
};

io::Task<double> Start(LogScene& scene, std::string path, size_t count, Round round) {
  Logs all;
  co_await OpenDirectory(scene, all, std::move(path));
  co_await OpenLogs(scene, all, count);
  Report(round.name, count, Seconds() - round.started);
  const double reading = Seconds();
  co_await ReadSome(scene, all);
  Report(fmt::format("{} random reads", kReads), count, Seconds() - reading);
  if (round.kill) {
    for (size_t i = 0; i < count; i += 100) co_await Append(*all.logs[i], 1);
    ::kill(::getpid(), SIGKILL);
  }
  const double stop = Seconds();
  co_await StopCleanly(scene, all);
  Report("stop", count, Seconds() - stop);
  co_return 0;
}

// Runs a step in a process of its own.
void InProcess(const std::function<void()>& step) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  VARVE_CHECK(child >= 0);
  if (child == 0) {
    step();
    std::fflush(stdout);
    ::_exit(0);
  }
  int status = 0;
  VARVE_CHECK(::waitpid(child, &status, 0) == child);
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  VARVE_CHECK(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "status {}", status);
}

void DropCaches() {
  ::sync();
  std::ofstream file("/proc/sys/vm/drop_caches");
  file << "3" << std::flush;
  VARVE_CHECK(file.good(), "only root drops the caches");
}

void Run(const std::string& path, size_t count, bool drop_caches) {
  if (!std::filesystem::exists(path + "/varve-manifest")) {
    InProcess([&] {
      LogScene scene;
      scene.Run(Make(scene, path, count));
    });
  }
  const auto start = [&](const std::string& name, bool kill) {
    const Round round{name, Seconds(), kill};
    InProcess([&] {
      LogScene scene;
      scene.Run(Start(scene, path, count, round));
    });
  };
  start("ready after a clean stop", false);
  if (drop_caches) DropCaches();
  start(drop_caches ? "ready after a clean stop, caches dropped" : "the same again", true);
  start("ready after a kill", false);
}

}  // namespace
}  // namespace varve::bench

int main(int argc, char** argv) {
  CLI::App app{"very many logs in one process"};
  size_t logs = 200;
  std::string directory;
  bool drop_caches = false;
  app.add_option("--logs", logs);
  app.add_option("--directory", directory, "stays; a temporary one goes");
  app.add_flag("--drop-caches", drop_caches, "of the whole machine, before the second start");
  CLI11_PARSE(app, argc, argv);
  if (!directory.empty()) {
    varve::bench::Run(directory, logs, drop_caches);
    return 0;
  }
  const varve::bench::ScratchDirectory scratch;
  varve::bench::Run(scratch.path(), logs, drop_caches);
  return 0;
}
