#include "tests/server/broker/machine.h"

#include <fmt/format.h>

#include <chrono>

#include "engine/base/status.h"

namespace varve::broker::test {
namespace {

constexpr uint16_t kPort = 9092;

config::BrokerConfig ParseConfig(std::string_view more) {
  const std::string text = fmt::format(
      "listeners=PLAINTEXT://127.0.0.1:{}\nlog.dirs=/data\n"
      "offsets.topic.replication.factor=1\n{}",
      kPort, more);
  auto config =
      config::BrokerConfig::Parse({.file_text = text, .overrides = {}, .host_name = "box"});
  VARVE_CHECK(config.ok(), "{}", std::string(config.status().message()));
  return *std::move(config);
}

}  // namespace

Machine::Machine(MachineOptions options)
    : world(options.sim),
      shards_(options.shards),
      config_(ParseConfig(options.config)),
      client_loop_(world.NewLoop()) {
  Start();
}

Machine::~Machine() {
  if (broker_ != nullptr) IgnoreError(Stop());
}

void Machine::MakeProcess() {
  disk().Restart();
  std::vector<io::Loop*> loops;
  for (size_t i = 0; i < shards_; ++i) {
    loops.push_back(loops_.emplace_back(world.NewLoop()).get());
  }
  const Broker::Resources resources{.memory_bytes = uint64_t{1} << 30, .open_files_max = 4096};
  broker_ = std::make_unique<Broker>(config_, std::move(loops), resources);
}

absl::Status Machine::TryStart() {
  MakeProcess();
  return world.Run(*loops_[0], broker_->Start());
}

io::Task<void> Machine::StartBroker() { started_ = co_await broker_->Start(); }

void Machine::BeginStart() {
  MakeProcess();
  started_.reset();
  io::StartDetached(StartBroker());
}

void Machine::EndStart() {
  while (!started_) RunFor(std::chrono::seconds(1));
  VARVE_CHECK(started_->ok(), "{}", started_->ToString());
}

void Machine::Start() {
  const absl::Status started = TryStart();
  VARVE_CHECK(started.ok(), "{}", started.ToString());
}

absl::Status Machine::Stop() {
  const absl::Status stopped = world.Run(*loops_[0], broker_->Stop());
  EndProcess();
  return stopped;
}

void Machine::MustStop() {
  const absl::Status stopped = Stop();
  VARVE_CHECK(stopped.ok(), "{}", stopped.ToString());
}

void Machine::EndProcess() {
  clients_.clear();
  broker_.reset();
  loops_.clear();
}

// From the moment of the crash nothing that the process still does reaches the disk.
void Machine::Crash(io::SimCrash kind) {
  disk().Crash(kind);
  world.net().CutAll(kPort);
  IgnoreError(world.Run(*loops_[0], broker_->Stop()));
  EndProcess();
}

io::Task<absl::Status> Machine::OpenStream(std::unique_ptr<io::Stream>& stream) {
  const io::Endpoint where{"127.0.0.1", kPort};
  CO_ASSIGN_OR_RETURN(stream, co_await client_loop_->net().Connect(where, io::kNever));
  co_return absl::OkStatus();
}

Client& Machine::Connect() {
  std::unique_ptr<io::Stream> stream;
  const absl::Status connected = world.Run(*client_loop_, OpenStream(stream));
  VARVE_CHECK(connected.ok(), "{}", connected.ToString());
  clients_.push_back(std::make_unique<Client>(world, *client_loop_, std::move(stream)));
  return *clients_.back();
}

Client& Machine::client() { return clients_.empty() ? Connect() : *clients_.front(); }

}  // namespace varve::broker::test
