#include <algorithm>
#include <array>

#include "engine/io/sync.h"
#include "tests/engine/io/conformance/support.h"

// Streams and listeners: what arrives, and how things end.

namespace varve::io::conformance {
namespace {

using namespace std::chrono_literals;

Task<void> SendAll(Stream& stream, Bytes bytes) { Must(co_await Send(stream, bytes)); }

Task<void> ExpectAll(Stream& stream, Bytes bytes) {
  const Buffer received = co_await Receive(stream, bytes.size());
  EXPECT_EQ(received.size(), bytes.size());
  EXPECT_TRUE(std::ranges::equal(received, bytes));
}

TEST_P(NetConformance, BytesArriveInOrderBothWays) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    for (const size_t size : kSizes) {
      SCOPED_TRACE(size);
      const Buffer there = Pattern(size, 1);
      const Buffer back = Pattern(size, 2);
      Gate gate(fixture.loop());
      gate.Spawn(SendAll(*connection.client, there));
      gate.Spawn(ExpectAll(*connection.server, there));
      gate.Spawn(SendAll(*connection.server, back));
      gate.Spawn(ExpectAll(*connection.client, back));
      co_await gate.Close();
    }
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, EightMebibytesBothWaysAtOnce) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const Buffer bytes = Pattern(8 << 20);
    Gate gate(fixture.loop());
    gate.Spawn(SendAll(*connection.client, bytes));
    gate.Spawn(SendAll(*connection.server, bytes));
    gate.Spawn(ExpectAll(*connection.server, bytes));
    gate.Spawn(ExpectAll(*connection.client, bytes));
    co_await gate.Close();
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, SmallSocketBuffersOnlyTakeLonger) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    const StreamOptions options{.send_buffer_bytes = 65536, .receive_buffer_bytes = 65536};
    Connection connection = co_await Connect(fixture, options);
    const Buffer bytes = Pattern(1 << 20);
    Gate gate(fixture.loop());
    gate.Spawn(SendAll(*connection.client, bytes));
    gate.Spawn(ExpectAll(*connection.server, bytes));
    gate.Spawn(SendAll(*connection.server, bytes));
    gate.Spawn(ExpectAll(*connection.client, bytes));
    co_await gate.Close();
  };
  Run(body(fixture()));
}

Task<void> SendPieces(Stream& stream, const std::vector<Bytes>& pieces, bool more) {
  Must(co_await stream.Write(pieces, more));
}

TEST_P(NetConformance, ManyPiecesAreOneRunOfBytes) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const Buffer bytes = Pattern(3000 * 700);
    std::vector<Bytes> pieces;
    for (size_t at = 0; at < bytes.size(); at += 700) {
      pieces.push_back(Bytes(bytes).subspan(at, 700));
      pieces.push_back({});
    }
    const std::vector<Bytes> first(pieces.begin(), pieces.begin() + 5);
    const std::vector<Bytes> rest(pieces.begin() + 5, pieces.end());
    Must(co_await connection.client->Write(first, /*more=*/true));
    Gate gate(fixture.loop());
    gate.Spawn(SendPieces(*connection.client, rest, /*more=*/false));
    gate.Spawn(ExpectAll(*connection.server, bytes));
    co_await gate.Close();
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, NoPiecesAreNothing) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    Must(co_await connection.client->Write({}, /*more=*/false));
    Must(co_await Send(*connection.client, {}));
    EXPECT_EQ(Must(connection.server->TryRead({})), 0u);
  };
  Run(body(fixture()));
}

// Reading.

TEST_P(NetConformance, ReadableComesBeforeTryRead) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    Buffer into(100);
    EXPECT_EQ(Must(connection.server->TryRead(into)), 0u);
    for (int round = 0; round < 3; ++round) {
      Must(co_await Send(*connection.client, AsBytes("hello")));
      Must(co_await connection.server->Readable());
      EXPECT_EQ(Must(connection.server->TryRead(into)), 5u);
      EXPECT_EQ(AsText(Bytes(into).first(5)), "hello");
      EXPECT_EQ(Must(connection.server->TryRead(into)), 0u);
    }
  };
  Run(body(fixture()));
}

Task<void> NoteReadable(Stream& stream, bool& noted) {
  Must(co_await stream.Readable());
  noted = true;
}

TEST_P(NetConformance, ReadableWaitsAlsoAfterAReadThatTookExactlyAll) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    Must(co_await Send(*connection.client, AsBytes("12345")));
    Buffer into(5);
    Must(co_await connection.server->Readable());
    EXPECT_EQ(Must(co_await connection.server->Read(into)), 5u);
    bool noted = false;
    Gate gate(fixture.loop());
    gate.Spawn(NoteReadable(*connection.server, noted));
    co_await Sleep(fixture.loop(), 20ms);
    EXPECT_FALSE(noted);
    Must(co_await Send(*connection.client, AsBytes("6")));
    co_await gate.Close();
    EXPECT_TRUE(noted);
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, ASmallReadLeavesTheRest) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const Buffer bytes = Pattern(10'000);
    Must(co_await Send(*connection.client, bytes));
    Buffer received(bytes.size());
    for (size_t at = 0; at < bytes.size(); ++at) {
      Must(co_await connection.server->Readable());
      const MutableBytes one = MutableBytes(received).subspan(at, 1);
      EXPECT_EQ(Must(co_await connection.server->Read(one)), 1u);
    }
    EXPECT_EQ(received, bytes);
  };
  Run(body(fixture()));
}

// A small read, then straight into a large buffer: how frames are read.
TEST_P(NetConformance, SmallAndLargeReadsMix) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const Buffer bytes = Pattern(300'000);
    for (int round = 0; round < 5; ++round) {
      Gate gate(fixture.loop());
      gate.Spawn(SendAll(*connection.client, bytes));
      Must(co_await connection.server->Readable());
      const Buffer head = co_await Receive(*connection.server, 4);
      const Buffer rest = co_await Receive(*connection.server, bytes.size() - 4);
      EXPECT_TRUE(std::ranges::equal(head, Bytes(bytes).first(4)));
      EXPECT_TRUE(std::ranges::equal(rest, Bytes(bytes).subspan(4)));
      co_await gate.Close();
    }
  };
  Run(body(fixture()));
}

// Ends.

TEST_P(NetConformance, TheEndComesAfterTheLastByte) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    Must(co_await Send(*connection.client, AsBytes("bye")));
    connection.client.reset();
    Buffer into(100);
    Must(co_await connection.server->Readable());
    EXPECT_EQ((co_await Receive(*connection.server, 3)).size(), 3u);
    Must(co_await connection.server->Readable());
    EXPECT_TRUE(absl::IsOutOfRange(connection.server->TryRead(into).status()));
    EXPECT_EQ(Must(co_await connection.server->Read(into)), 0u);
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, WaitingReaderLearnsOfTheEnd) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    bool noted = false;
    Gate gate(fixture.loop());
    gate.Spawn(NoteReadable(*connection.server, noted));
    co_await Yield{fixture.loop()};
    connection.client.reset();
    co_await gate.Close();
    Buffer into(1);
    EXPECT_EQ(Must(co_await connection.server->Read(into)), 0u);
  };
  Run(body(fixture()));
}

Task<void> SendUntilItFails(Stream& stream, absl::Status& status) {
  const Buffer bytes = Pattern(1 << 20);
  while (status.ok()) status = co_await Send(stream, bytes);
}

TEST_P(NetConformance, WriterLearnsThatThePeerHasGone) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    absl::Status status;
    Gate gate(fixture.loop());
    gate.Spawn(SendUntilItFails(*connection.client, status));
    EXPECT_EQ((co_await Receive(*connection.server, 1 << 20)).size(), size_t{1} << 20);
    connection.server.reset();
    co_await gate.Close();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  };
  Run(body(fixture()));
}

// Shutdown.

Task<void> KeepStatus(Task<absl::Status> task, absl::Status& status) {
  status = co_await std::move(task);
}

Task<absl::Status> ReadStatus(Stream& stream) {
  Buffer into(100);
  co_return (co_await stream.Read(into)).status();
}

TEST_P(NetConformance, ShutdownCancelsAReader) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    for (const bool only_waiting : {true, false}) {
      Connection connection = co_await Connect(fixture);
      Stream& server = *connection.server;
      absl::Status status;
      Gate gate(fixture.loop());
      gate.Spawn(KeepStatus(only_waiting ? server.Readable() : ReadStatus(server), status));
      co_await Yield{fixture.loop()};
      server.Shutdown();
      co_await gate.Close();
      EXPECT_TRUE(absl::IsCancelled(status)) << status;
      EXPECT_EQ((co_await Receive(*connection.client, 1)).size(), 0u);
    }
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, ShutdownCancelsAWriter) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    absl::Status status;
    Gate gate(fixture.loop());
    gate.Spawn(SendUntilItFails(*connection.server, status));
    co_await Sleep(fixture.loop(), 20ms);  // long enough to fill every buffer on the way
    connection.server->Shutdown();
    co_await gate.Close();
    EXPECT_TRUE(absl::IsCancelled(status)) << status;
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, AfterShutdownEverythingIsCancelled) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const FileRef file =
        co_await MakeFile(fixture.loop().disk(), fixture.Directory() + "/f", AsBytes("content"));
    Stream& server = *connection.server;
    Must(co_await Send(*connection.client, AsBytes("too late")));
    server.Shutdown();
    server.Shutdown();
    Buffer into(10);
    const FileRange range{file, 0, 7};
    EXPECT_TRUE(absl::IsCancelled(co_await server.Readable()));
    EXPECT_TRUE(absl::IsCancelled((co_await server.Read(into)).status()));
    EXPECT_TRUE(absl::IsCancelled(server.TryRead(into).status()));
    EXPECT_TRUE(absl::IsCancelled(co_await Send(server, AsBytes("x"))));
    EXPECT_TRUE(absl::IsCancelled(co_await server.SendFile(range, false)));
  };
  Run(body(fixture()));
}

}  // namespace
}  // namespace varve::io::conformance
