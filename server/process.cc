#include "server/process.h"

#include <signal.h>

#include <algorithm>
#include <future>
#include <utility>

#include "engine/base/status.h"
#include "engine/io/posix/memory_limit.h"
#include "engine/io/task.h"
#include "server/logging.h"
#include "server/resources.h"

namespace varve {
namespace {

// Starts a task on a loop from another thread.
struct StartTask : io::Work {
  explicit StartTask(io::Task<void> to_start) : Work(&Run), task(std::move(to_start)) {}
  static void Run(io::Work& work) {
    const std::unique_ptr<StartTask> self(&static_cast<StartTask&>(work));
    io::StartDetached(std::move(self->task));
  }
  io::Task<void> task;
};

void StartOn(io::Loop& loop, io::Task<void> task) {
  loop.Post(*std::make_unique<StartTask>(std::move(task)).release());
}

io::Task<void> Report(io::Task<absl::Status> task, std::promise<absl::Status>& result,
                      bool wake_on_error) {
  absl::Status status = co_await std::move(task);
  const bool wake = wake_on_error && !status.ok();
  result.set_value(std::move(status));
  if (wake) kill(getpid(), SIGUSR1);
}

size_t ShardCount(const config::BrokerSettings& settings) {
  const auto cores = std::max(std::thread::hardware_concurrency(), 1u);
  return std::min<size_t>(cores, static_cast<size_t>(std::max(settings.io_threads, 1)));
}

io::BackendKind KindOf(config::IoBackend backend) {
  switch (backend) {
    case config::IoBackend::kUring:
      return io::BackendKind::kUring;
    case config::IoBackend::kEpoll:
      return io::BackendKind::kEpoll;
    case config::IoBackend::kAuto:
      break;
  }
  return io::BackendKind::kAuto;
}

int WaitForSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

}  // namespace

Process::Process(const config::BrokerConfig& config) : config_(config) {}

Process::~Process() { JoinThreads(); }

absl::Status Process::OpenLoops() {
  const config::BrokerSettings& settings = config_.settings();
  io::BackendOptions options;
  options.kind = KindOf(settings.io_backend);
  options.pool_threads = settings.background_threads;
  if (!settings.io_features.empty()) {
    std::string features;
    for (const std::string& feature : settings.io_features) {
      features += features.empty() ? feature : "," + feature;
    }
    ASSIGN_OR_RETURN(options.features, io::Features::Parse(features));
  }
  ASSIGN_OR_RETURN(backend_, io::OpenBackend(options));
  for (size_t i = 0; i < ShardCount(settings); ++i) {
    ASSIGN_OR_RETURN(auto loop, backend_->NewLoop());
    loops_.push_back(std::move(loop));
  }
  LogInfo("{} shards on {}", loops_.size(), backend_->Describe());
  return absl::OkStatus();
}

void Process::StartBroker() {
  std::vector<io::Loop*> loops;
  loops.reserve(loops_.size());
  for (const auto& loop : loops_) loops.push_back(loop.get());
  broker_ = std::make_unique<broker::Broker>(
      config_, std::move(loops),
      broker::Broker::Resources{
          io::MemoryLimitBytes(), RaiseOpenFilesLimit(),
          backend_->kind() == io::BackendKind::kUring ? "io_uring" : "epoll"});
  for (const auto& loop : loops_) threads_.emplace_back([&loop] { loop->Run(); });
}

absl::Status Process::StopBroker() {
  std::promise<absl::Status> stopped;
  StartOn(*loops_[0], Report(broker_->Stop(), stopped, false));
  absl::Status status = stopped.get_future().get();
  JoinThreads();
  broker_.reset();
  return status;
}

void Process::JoinThreads() {
  for (const auto& loop : loops_) loop->Stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

int Process::Run() {
  const absl::Status opened = OpenLoops();
  if (!opened.ok()) {
    LogError("cannot start: {}", opened.ToString());
    return 1;
  }
  StartBroker();
  std::promise<absl::Status> start;
  std::future<absl::Status> started = start.get_future();
  StartOn(*loops_[0], Report(broker_->Start(), start, /*wake_on_error=*/true));
  const int signal = WaitForSignal();
  const absl::Status start_status = started.get();
  if (!start_status.ok()) LogError("cannot start: {}", std::string(start_status.message()));
  if (signal != SIGUSR1) LogInfo("received {}", strsignal(signal));
  const absl::Status stopped = StopBroker();
  if (!start_status.ok()) return 1;
  if (!stopped.ok()) {
    LogError("the stop was not clean: {}", stopped.ToString());
    return 1;
  }
  LogInfo("stopped");
  return 0;
}

}  // namespace varve
