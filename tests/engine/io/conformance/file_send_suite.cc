#include <algorithm>

#include "engine/io/sync.h"
#include "tests/engine/io/conformance/support.h"

// File ranges on their way to a peer.

namespace varve::io::conformance {
namespace {

using namespace std::chrono_literals;

Task<void> SendRange(Stream& stream, FileRange range, bool more, absl::Status& status) {
  status = co_await stream.SendFile(range, more);
}

Task<void> ExpectRange(BackendFixture& fixture, Connection& connection, FileRange range,
                       Bytes expected) {
  absl::Status status;
  Gate gate(fixture.loop());
  gate.Spawn(SendRange(*connection.server, std::move(range), false, status));
  const Buffer received = co_await Receive(*connection.client, expected.size());
  co_await gate.Close();
  Must(status);
  EXPECT_EQ(received.size(), expected.size());
  EXPECT_TRUE(std::ranges::equal(received, expected));
}

constexpr size_t kRanges[] = {0,      1,      511,     4096,    32'768,    49'152,
                              49'153, 65'537, 262'144, 262'145, 1'000'000, 8 << 20};

TEST_P(NetConformance, FileRangesOfEverySizeArriveHot) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const Buffer bytes = Pattern(9 << 20);
    const FileRef file =
        co_await MakeFile(fixture.loop().disk(), fixture.Directory() + "/f", bytes);
    for (const size_t size : kRanges) {
      for (const size_t position : {size_t{0}, size_t{4095}}) {
        SCOPED_TRACE(size);
        FileRange range{file, position, size};
        co_await ExpectRange(fixture, connection, range, Bytes(bytes).subspan(position, size));
      }
    }
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, FileRangesOfEverySizeArriveCold) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const std::string path = fixture.Directory() + "/f";
    const Buffer bytes = Pattern(9 << 20);
    const FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    Must(co_await file->SyncData());
    for (const size_t size : kRanges) {
      SCOPED_TRACE(size);
      fixture.Forget(path);
      FileRange range{file, 4095, size};
      co_await ExpectRange(fixture, connection, range, Bytes(bytes).subspan(4095, size));
    }
  };
  Run(body(fixture()));
}

// A reader that stops for a while holds up nobody but itself, and loses nothing.
TEST_P(NetConformance, ASlowReaderGetsAColdRangeWhole) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    const StreamOptions options{.send_buffer_bytes = 65536};
    Connection connection = co_await Connect(fixture, options);
    const std::string path = fixture.Directory() + "/f";
    const Buffer bytes = Pattern(12 << 20);
    const FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    Must(co_await file->SyncData());
    fixture.Forget(path);
    absl::Status status;
    Gate gate(fixture.loop());
    FileRange range{file, 0, bytes.size()};
    gate.Spawn(SendRange(*connection.server, range, false, status));
    Buffer received = co_await Receive(*connection.client, 1);
    co_await Sleep(fixture.loop(), 300ms);
    const Buffer rest = co_await Receive(*connection.client, bytes.size() - 1);
    co_await gate.Close();
    Must(status);
    Append(received, rest);
    EXPECT_TRUE(received == bytes);
  };
  Run(body(fixture()));
}

Task<void> SendAround(Stream& stream, Bytes before, FileRange range, Bytes after,
                      absl::Status& status) {
  status = co_await stream.SendAround(before, range, after, /*more=*/false);
}

// Also to a peer whose buffer takes only a part of it at a time.
TEST_P(NetConformance, WhatStandsAroundARangeArrivesAroundIt) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture, {.send_buffer_bytes = 4096});
    const Buffer bytes = Pattern(1 << 20);
    const FileRef file =
        co_await MakeFile(fixture.loop().disk(), fixture.Directory() + "/f", bytes);
    const Buffer around = Pattern(30'000);
    for (const size_t size : {0, 1, 16'384, 49'152, 49'153, 300'000}) {
      for (const size_t more : {size_t{0}, size_t{3}, around.size()}) {
        SCOPED_TRACE(size);
        const Bytes edge = Bytes(around).first(more);
        const Bytes middle = Bytes(bytes).subspan(4095, size);
        absl::Status status;
        Gate gate(fixture.loop());
        gate.Spawn(SendAround(*connection.server, edge, {file, 4095, size}, edge, status));
        const Buffer received = co_await Receive(*connection.client, 2 * more + size);
        co_await gate.Close();
        Must(status);
        EXPECT_TRUE(std::ranges::equal(Bytes(received).first(more), edge));
        EXPECT_TRUE(std::ranges::equal(Bytes(received).subspan(more, size), middle));
        EXPECT_TRUE(std::ranges::equal(Bytes(received).subspan(more + size), edge));
      }
    }
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, AHeaderAndARangeAreOneRunOfBytes) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const Buffer bytes = Pattern(100'000);
    const FileRef file =
        co_await MakeFile(fixture.loop().disk(), fixture.Directory() + "/f", bytes);
    const Bytes header[] = {AsBytes("header")};
    const FileRange range{file, 0, bytes.size()};
    Must(co_await connection.server->Write(header, /*more=*/true));
    absl::Status status;
    Gate gate(fixture.loop());
    gate.Spawn(SendRange(*connection.server, range, /*more=*/true, status));
    const Buffer head = co_await Receive(*connection.client, 6);
    co_await gate.Close();
    Must(co_await Send(*connection.server, AsBytes("trailer")));
    EXPECT_EQ(AsText(head), "header");
    EXPECT_TRUE(co_await Receive(*connection.client, bytes.size()) == bytes);
    EXPECT_EQ(AsText(co_await Receive(*connection.client, 7)), "trailer");
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, AFileShorterThanItsRangeIsDataLoss) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    const Buffer bytes = Pattern(300'000);
    const std::string path = fixture.Directory() + "/f";
    const FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    for (const FileRange& range : {FileRange{file, 299'999, 2}, FileRange{file, 0, 300'001},
                                   FileRange{file, 1 << 20, 1}, FileRange{file, 0, 900'000}}) {
      Connection connection = co_await Connect(fixture);
      absl::Status status;
      Gate gate(fixture.loop());
      gate.Spawn(SendRange(*connection.server, range, false, status));
      const size_t left = range.position < bytes.size() ? bytes.size() - range.position : 0;
      // What was sent before the loss was noticed is what the file holds.
      while (gate.inside() > 0) co_await Sleep(fixture.loop(), 1ms);
      EXPECT_TRUE(absl::IsDataLoss(status)) << status;
      connection.server.reset();
      const Buffer received = co_await Receive(*connection.client, left + 1);
      EXPECT_LE(received.size(), left);
    }
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, ARangeOutlivesTheNameOfItsFile) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    Connection connection = co_await Connect(fixture);
    const std::string path = fixture.Directory() + "/f";
    const Buffer bytes = Pattern(3 << 20);
    FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    FileRange range{std::move(file), 0, bytes.size()};
    Must(co_await fixture.loop().disk().Remove(path));
    absl::Status status;
    Gate gate(fixture.loop());
    gate.Spawn(SendRange(*connection.server, std::move(range), false, status));
    EXPECT_TRUE(co_await Receive(*connection.client, bytes.size()) == bytes);
    co_await gate.Close();
    Must(status);
  };
  Run(body(fixture()));
}

TEST_P(NetConformance, ShutdownCancelsSendingAFile) {
  auto body = [](BackendFixture& fixture) -> Task<void> {
    const std::string path = fixture.Directory() + "/f";
    const Buffer bytes = Pattern(12 << 20);
    const FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    Must(co_await file->SyncData());
    for (const bool cold : {false, true}) {
      if (cold) fixture.Forget(path);
      Connection connection = co_await Connect(fixture);
      absl::Status status;
      Gate gate(fixture.loop());
      const FileRange range{file, 0, bytes.size()};
      gate.Spawn(SendRange(*connection.server, range, false, status));
      if (!cold) co_await Sleep(fixture.loop(), 20ms);
      connection.server->Shutdown();
      co_await gate.Close();
      EXPECT_TRUE(absl::IsCancelled(status)) << status;
    }
  };
  Run(body(fixture()));
}

}  // namespace
}  // namespace varve::io::conformance
