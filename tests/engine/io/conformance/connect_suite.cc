#include <algorithm>
#include <memory>
#include <vector>

#include "engine/io/call.h"
#include "engine/io/sync.h"
#include "tests/engine/io/conformance/support.h"

// Listening, accepting, connecting.

namespace varve::io::conformance {
namespace {

using namespace std::chrono_literals;

const ListenOptions kListen{.backlog = 1000};

TEST_P(NetConformance, BothEndsKnowEachOther) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    EXPECT_EQ(connection.client->peer().ToString(), connection.listener->local().ToString());
    EXPECT_EQ(connection.server->local().ToString(), connection.listener->local().ToString());
    EXPECT_EQ(connection.server->peer().ToString(), connection.client->local().ToString());
    EXPECT_NE(connection.client->local().port, 0);
    EXPECT_EQ(connection.client->local().host, fixture.HostV4());
  };
  Run(body(fixture()));
}

Task<void> KeepAccepted(Listener& listener, std::unique_ptr<Socket>& socket) {
  socket = Must(co_await listener.Accept());
}

TEST_P(NetConformance, TheEmptyHostListensOnBothFamilies) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Net& net = fixture.loop().net();
    for (const char* host : {"", "::"}) {
      Endpoint any{host, 0};
      std::unique_ptr<Listener> listener = Must(co_await net.Listen(any, kListen));
      for (const std::string& from : {fixture.HostV4(), fixture.HostV6()}) {
        if (from.empty()) continue;
        std::unique_ptr<Socket> socket;
        Gate gate(fixture.loop());
        gate.Spawn(KeepAccepted(*listener, socket));
        Endpoint there{from, listener->local().port};
        std::unique_ptr<Stream> client = Must(co_await net.Connect(there, kNever));
        co_await gate.Close();
        EXPECT_EQ(socket->peer().host, from);
        EXPECT_EQ(socket->peer().ToString(), client->local().ToString());
      }
    }
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, AnAddressInUseAlreadyExists) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const Endpoint taken = connection.listener->local();
    auto second = co_await fixture.loop().net().Listen(taken, kListen);
    EXPECT_TRUE(absl::IsAlreadyExists(second.status())) << second.status();
    // Connections that linger are no reason to refuse a listener that starts again.
    connection.listener.reset();
    connection.server.reset();
    Must(co_await fixture.loop().net().Listen(taken, kListen));
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, AnAddressOfAnotherMachineIsNotFound) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Endpoint elsewhere{"192.0.2.1", 0};
    auto listener = co_await fixture.loop().net().Listen(elsewhere, kListen);
    EXPECT_TRUE(absl::IsNotFound(listener.status())) << listener.status();
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, ConnectingToNobodyIsUnavailable) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Net& net = fixture.loop().net();
    Connection connection = co_await Connect(fixture);
    const Endpoint gone = connection.listener->local();
    connection.listener.reset();
    auto stream = co_await net.Connect(gone, kNever);
    EXPECT_TRUE(absl::IsUnavailable(stream.status())) << stream.status();
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, ConnectingWithoutAnAnswerEndsAtTheDeadline) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Loop& loop = fixture.loop();
    Endpoint silent = fixture.Silent();
    const MonoTime deadline = After(loop, 50ms);
    auto stream = co_await loop.net().Connect(silent, deadline);
    EXPECT_TRUE(absl::IsDeadlineExceeded(stream.status())) << stream.status();
    EXPECT_GE(loop.Now(), deadline);
  };
  Run(body(fixture()));
}

Task<void> KeepAcceptStatus(Listener& listener, absl::Status& status) {
  status = (co_await listener.Accept()).status();
}

TEST_P(NetConformance, ShutdownCancelsAccepting) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Endpoint any{fixture.HostV4(), 0};
    auto listener = Must(co_await fixture.loop().net().Listen(any, kListen));
    absl::Status status;
    Gate gate(fixture.loop());
    gate.Spawn(KeepAcceptStatus(*listener, status));
    co_await Yield{fixture.loop()};
    listener->Shutdown();
    co_await gate.Close();
    EXPECT_TRUE(absl::IsCancelled(status)) << status;
    EXPECT_TRUE(absl::IsCancelled((co_await listener->Accept()).status()));
  };
  Run(body(fixture()));
}

// Thousands of connections.

Task<void> Echo(Stream& stream) {
  Buffer into(100);
  for (;;) {
    if (!(co_await stream.Readable()).ok()) co_return;
    const absl::StatusOr<size_t> size = co_await stream.Read(into);
    if (!size.ok() || *size == 0) co_return;
    Must(co_await Send(stream, Bytes(into).first(*size)));
  }
}

Task<void> EchoAndClose(Net& net, std::unique_ptr<Socket> socket) {
  const StreamOptions options;
  const std::unique_ptr<Stream> stream = net.Adopt(std::move(socket), options);
  co_await Echo(*stream);
}

Task<void> ServeEcho(Net& net, Listener& listener, Gate& gate) {
  for (;;) {
    absl::StatusOr<std::unique_ptr<Socket>> socket = co_await listener.Accept();
    if (!socket.ok()) co_return;
    gate.Spawn(EchoAndClose(net, *std::move(socket)));
  }
}

TEST_P(NetConformance, ThousandsOfConnectionsEcho) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Net& net = fixture.loop().net();
    Endpoint any{fixture.HostV4(), 0};
    auto listener = Must(co_await net.Listen(any, kListen));
    Gate accepting(fixture.loop());
    Gate serving(fixture.loop());
    accepting.Spawn(ServeEcho(net, *listener, serving));
    std::vector<std::unique_ptr<Stream>> clients;
    const Endpoint there = listener->local();
    const int count = fixture.ConnectionsMax() / 2;
    clients.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      clients.push_back(Must(co_await net.Connect(there, kNever)));
    }
    for (int round = 0; round < 3; ++round) {
      for (size_t i = 0; i < clients.size(); ++i) {
        Must(co_await Send(*clients[i], AsBytes(std::to_string(i))));
      }
      for (size_t i = 0; i < clients.size(); ++i) {
        const std::string expected = std::to_string(i);
        EXPECT_EQ(AsText(co_await Receive(*clients[i], expected.size())), expected);
      }
    }
    clients.clear();
    listener->Shutdown();
    co_await accepting.Close();
    co_await serving.Close();
  };
  Run(body(fixture()));
}

// Accepted on one loop, served on another.
TEST_P(NetConformance, AnotherLoopAdoptsASocket) {
  auto body = [](BackendFixture& fixture, Loop& other) -> Task<void> {
    Net& net = fixture.loop().net();
    Endpoint any{fixture.HostV4(), 0};
    auto listener = Must(co_await net.Listen(any, kListen));
    const Endpoint there = listener->local();
    std::unique_ptr<Socket> socket;
    Gate gate(fixture.loop());
    gate.Spawn(KeepAccepted(*listener, socket));
    std::unique_ptr<Stream> client = Must(co_await net.Connect(there, kNever));
    co_await gate.Close();
    Must(co_await Send(*client, AsBytes("over there")));

    auto serve = [&] { return EchoAndClose(other.net(), std::move(socket)); };
    auto call = [&]() -> Task<void> {
      return [](Loop& here, Loop& there_loop, auto& function) -> Task<void> {
        co_await CallOn(here, there_loop, function);
      }(fixture.loop(), other, serve);
    };
    Gate serving(fixture.loop());
    serving.Spawn(call());
    EXPECT_EQ(AsText(co_await Receive(*client, 10)), "over there");
    client.reset();
    co_await serving.Close();
  };
  Loop& other = fixture().AddLoop();
  Run(body(fixture(), other));
}

constexpr size_t kReleasedBytes = 200'000;  // that are read after the release

Task<void> SendFor(Stream& stream, Bytes bytes) { Must(co_await Send(stream, bytes)); }

template <typename Function>
Task<void> CallThere(Loop& here, Loop& there, Function& function) {
  co_await CallOn(here, there, function);
}

Task<void> AdoptAndEcho(Net& net, std::unique_ptr<Socket> socket, Buffer unread) {
  std::unique_ptr<Stream> stream = net.Adopt(std::move(socket), {});
  const Buffer more = co_await Receive(*stream, kReleasedBytes - unread.size());
  unread.insert(unread.end(), more.begin(), more.end());
  Must(co_await Send(*stream, unread));
}

// Read from on one loop, and in the middle of what comes handed to another one.
TEST_P(NetConformance, AnotherLoopGoesOnWithAReleasedStream) {
  auto body = [](BackendFixture& fixture, Loop& other) -> Task<void> {
    for (const size_t read_here : {0, 1, 3000, 16384, 30000}) {
      Connection connection = co_await Connect(fixture);
      const Buffer sent = Pattern(read_here + kReleasedBytes);
      Gate sending(fixture.loop());
      sending.Spawn(SendFor(*connection.client, sent));
      Must(co_await connection.server->Readable());
      const Buffer head = co_await Receive(*connection.server, read_here);
      EXPECT_TRUE(std::ranges::equal(head, Bytes(sent).first(read_here)));
      Buffer unread;
      std::unique_ptr<Socket> socket = connection.server->Release(unread);
      EXPECT_EQ(socket->peer().ToString(), connection.client->local().ToString());
      connection.server.reset();
      auto echo = [&] { return AdoptAndEcho(other.net(), std::move(socket), std::move(unread)); };
      Gate serving(fixture.loop());
      serving.Spawn(CallThere(fixture.loop(), other, echo));
      const Buffer back = co_await Receive(*connection.client, kReleasedBytes);
      EXPECT_TRUE(std::ranges::equal(back, Bytes(sent).subspan(read_here)));
      EXPECT_EQ((co_await Receive(*connection.client, 1)).size(), 0u);
      co_await serving.Close();
      co_await sending.Close();
    }
  };
  Loop& other = fixture().AddLoop();
  Run(body(fixture(), other));
}

}  // namespace
}  // namespace varve::io::conformance
