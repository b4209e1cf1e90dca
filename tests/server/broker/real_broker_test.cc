#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/byte_order.h"
#include "engine/io/backend.h"
#include "engine/io/random.h"
#include "server/broker/broker.h"
#include "tests/server/broker/requests.h"

// The broker on the machine itself, with threads: what the simulation cannot show.
namespace varve::broker::test {
namespace {

struct StartTask : io::Work {
  explicit StartTask(io::Task<void> to_start) : Work(&Run), task(std::move(to_start)) {}
  static void Run(io::Work& work) {
    const std::unique_ptr<StartTask> self(&static_cast<StartTask&>(work));
    io::StartDetached(std::move(self->task));
  }
  io::Task<void> task;
};

io::Task<void> Report(io::Task<absl::Status> task, std::promise<std::string>& result) {
  const absl::Status status = co_await std::move(task);
  result.set_value(status.ok() ? "" : status.ToString());
}

// A broker of two shards in a directory of its own, over loopback.
class RealBroker {
 public:
  explicit RealBroker(io::BackendKind kind) {
    std::string path = (std::filesystem::temp_directory_path() / "varve-broker-XXXXXX").string();
    directory_ = mkdtemp(path.data());
    auto config = config::BrokerConfig::Parse(
        {.file_text = "listeners=PLAINTEXT://127.0.0.1:0\nqueued.max.request.bytes=4000000\n"
                      "num.partitions=4\n",
         .overrides = {"log.dirs=" + directory_},
         .host_name = "box"});
    config_ = std::make_unique<config::BrokerConfig>(*std::move(config));
    auto backend = io::OpenBackend({.kind = kind, .features = {}, .pool_threads = 2});
    VARVE_CHECK(backend.ok(), "{}", backend.status().ToString());
    backend_ = *std::move(backend);
    std::vector<io::Loop*> loops;
    for (int i = 0; i < 2; ++i) {
      auto loop = backend_->NewLoop();
      VARVE_CHECK(loop.ok(), "{}", loop.status().ToString());
      loops.push_back(loops_.emplace_back(*std::move(loop)).get());
    }
    broker_ = std::make_unique<Broker>(*config_, loops, Broker::Resources{1 << 30, 1024});
    for (const auto& loop : loops_) threads_.emplace_back([&loop] { loop->Run(); });
    EXPECT_EQ(RunOnHome(broker_->Start()), "");
    port_ = broker_->bound().at(0).port;
  }
  ~RealBroker() {
    EXPECT_EQ(RunOnHome(broker_->Stop()), "");
    for (const auto& loop : loops_) loop->Stop();
    for (std::thread& thread : threads_) thread.join();
    broker_.reset();
    loops_.clear();
    std::filesystem::remove_all(directory_);
  }
  uint16_t port() const { return port_; }

 private:
  std::string RunOnHome(io::Task<absl::Status> task) {
    std::promise<std::string> result;
    auto start = std::make_unique<StartTask>(Report(std::move(task), result));
    loops_[0]->Post(*start.release());
    return result.get_future().get();
  }

  std::string directory_;
  std::unique_ptr<config::BrokerConfig> config_;
  std::unique_ptr<io::Backend> backend_;
  std::vector<std::unique_ptr<io::Loop>> loops_;
  std::unique_ptr<Broker> broker_;
  std::vector<std::thread> threads_;
  uint16_t port_ = 0;
};

// A blocking connection.
class Peer {
 public:
  explicit Peer(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connected = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    VARVE_CHECK(connected == 0, "cannot connect to port {}", port);
  }
  ~Peer() { close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void Send(Bytes bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes = bytes.subspan(static_cast<size_t>(sent));
    }
  }
  bool Fill(MutableBytes into) {
    while (!into.empty()) {
      const ssize_t got = recv(socket_, into.data(), into.size(), 0);
      if (got <= 0) return false;
      into = into.subspan(static_cast<size_t>(got));
    }
    return true;
  }
  template <typename Request>
  ResponseOf<Request> Call(const Request& request, int version) {
    Buffer frame;
    const wire::RequestHeader header{Request::Api::kKey, static_cast<int16_t>(version), 1, "real"};
    const absl::Status encoded = wire::EncodeRequest(header, request, frame);
    VARVE_CHECK(encoded.ok(), "{}", encoded.ToString());
    Send(frame);
    std::byte size[4];
    VARVE_CHECK(Fill(size), "the broker closed");
    answer_.resize(static_cast<size_t>(LoadBigEndian<int32_t>(size)));
    VARVE_CHECK(Fill(answer_), "the broker closed");
    auto answer = wire::DecodeResponse<ResponseOf<Request>>(answer_, version);
    VARVE_CHECK(answer.ok(), "{}", answer.status().ToString());
    return std::move(answer->body);
  }

 private:
  const int socket_;
  Buffer answer_;
};

constexpr int kRounds = 60;

// Appends to all partitions, while another connection reads them to the end.
void ProduceAll(uint16_t port, const std::string& topic) {
  Peer peer(port);
  for (int i = 0; i < kRounds; ++i) {
    std::vector<ToPartition> to;
    for (int32_t p = 0; p < 4; ++p) to.push_back({p, Batch({std::to_string(i)}, 1000)});
    const auto answer = peer.Call(ProduceOf(topic, to), 12);
    for (const auto& partition : answer.topics.at(0).partitions) {
      EXPECT_EQ(partition.error_code, wire::ErrorCode::kNone);
    }
  }
}

void FetchAll(uint16_t port, const std::string& topic, int64_t records) {
  Peer peer(port);
  std::vector<FromPartition> from{{0}, {1}, {2}, {3}};
  for (int64_t left = 4 * records; left > 0;) {
    wire::FetchRequest request = FetchOf(topic, from);
    request.max_wait_ms = 1000;
    const auto answer = peer.Call(request, 12);
    for (const auto& partition : answer.topics.at(0).partitions) {
      const auto got = static_cast<int64_t>(Values(partition.records.bytes).size());
      from[static_cast<size_t>(partition.index)].offset += got;
      left -= got;
    }
  }
}

// Whatever one should not send; and goes.
void Misbehave(uint16_t port, uint64_t seed) {
  io::Random random(seed);
  for (int i = 0; i < 20; ++i) {
    Peer peer(port);
    Buffer bytes(8 + random.Below(40'000));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.Next());
    const int32_t sizes[] = {-1, 0x7fffffff, 3'000'000, 50'000, 100, 4};
    StoreBigEndian<int32_t>(bytes.data(), sizes[random.Below(std::size(sizes))]);
    peer.Send(bytes);
  }
}

class Real : public ::testing::TestWithParam<io::BackendKind> {};

TEST_P(Real, GoodClientsNoticeNothingOfBadOnes) {
  RealBroker broker(GetParam());
  const uint16_t port = broker.port();
  Peer admin(port);
  wire::MetadataRequest create;
  create.topics.emplace().push_back({{}, "t"});
  EXPECT_EQ(admin.Call(create, 12).topics.at(0).error_code, wire::ErrorCode::kNone);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([port] { ProduceAll(port, "t"); });
    threads.emplace_back([port] { FetchAll(port, "t", 3 * kRounds); });
    threads.emplace_back([port, i] { Misbehave(port, Seed() + static_cast<uint64_t>(i)); });
  }
  for (std::thread& thread : threads) thread.join();
}

// Topics come and go while they are read and written.
TEST_P(Real, TopicsComeAndGoUnderTraffic) {
  RealBroker broker(GetParam());
  const uint16_t port = broker.port();
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([port, &done] {
      Peer peer(port);
      while (!done.load()) {
        std::vector<ToPartition> to;
        for (int32_t p = 0; p < 4; ++p) to.push_back({p, Batch({"a"}, 1000)});
        peer.Call(ProduceOf("t", to), 12);
        wire::FetchRequest request = FetchOf("t", {{0, 100'000}, {1}, {2}, {3}});
        request.max_wait_ms = 2;
        request.min_bytes = 1 << 20;
        peer.Call(request, 12);
      }
    });
  }
  Peer admin(port);
  for (int i = 0; i < 10; ++i) {
    wire::CreateTopicsRequest create;
    create.topics.push_back({"t", 4, 1});
    EXPECT_EQ(admin.Call(create, 7).topics.at(0).error_code, wire::ErrorCode::kNone);
    std::vector<ToPartition> to{{0, Batch({"a"}, 1000)}};
    admin.Call(ProduceOf("t", to), 12);
    wire::DeleteTopicsRequest remove;
    remove.topics.push_back({"t", {}});
    EXPECT_EQ(admin.Call(remove, 6).topics.at(0).error_code, wire::ErrorCode::kNone);
  }
  done.store(true);
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(Backends, Real,
                         ::testing::Values(io::BackendKind::kEpoll, io::BackendKind::kAuto));

}  // namespace
}  // namespace varve::broker::test
