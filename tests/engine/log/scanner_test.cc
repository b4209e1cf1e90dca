#include "engine/log/scanner.h"

#include <gtest/gtest.h>

#include "engine/record/stamp.h"
#include "tests/engine/log/log_batches.h"
#include "tests/engine/log/machine.h"

namespace varve::log::test {
namespace {

using Kind = Scanned::Kind;

// The kinds that a walk over `content` meets, one letter each, up to the first that is no batch.
std::string Walk(Bytes content, size_t buffer_bytes, size_t first_bytes = 0) {
  Machine machine;
  EXPECT_TRUE(machine.disk().Put("log", content).ok());
  const auto file = machine.Run(machine.loop->disk().Open("log", io::OpenMode::kRead));
  const BatchScanner::Options options{
      .check_crc = true, .buffer_bytes = buffer_bytes, .first_bytes = first_bytes};
  BatchScanner scanner(*file, 0, content.size(), options);
  std::string kinds;
  for (;;) {
    const auto scanned = machine.Run(scanner.Next());
    EXPECT_TRUE(scanned.ok());
    kinds += "bectzcx"[scanned->kind == Kind::kBatch      ? 0
                       : scanned->kind == Kind::kEnd      ? 1
                       : scanned->kind == Kind::kBadCrc   ? 2
                       : scanned->kind == Kind::kCutShort ? 3
                       : scanned->kind == Kind::kZeros    ? 4
                                                          : 6];
    if (scanned->kind != Kind::kBatch && scanned->kind != Kind::kBadCrc) return kinds;
  }
}

Buffer Two(size_t first, size_t second) {
  Buffer bytes = BatchOfSize(first);
  Buffer next = BatchOfSize(second);
  record::StampBaseOffset(next, 1);
  Append(bytes, next);
  return bytes;
}

TEST(Scanner, WalksWhateverItsBuffer) {
  for (const size_t buffer : {0, 61, 100, 512, 1 << 20}) {
    EXPECT_EQ(Walk({}, buffer), "e");
    EXPECT_EQ(Walk(Two(80, 5000), buffer), "bbe");
    EXPECT_EQ(Walk(Two(5000, 80), buffer), "bbe");
  }
}

TEST(Scanner, WalksWhateverItReadsFirst) {
  Buffer many;
  for (const size_t size : {100, 100, 300, 5000, 80, 80, 20'000, 2100, 2100, 80, 300}) {
    Append(many, BatchOfSize(size));
  }
  for (const size_t first : {1, 61, 256, 5000, 1 << 20}) {
    EXPECT_EQ(Walk(many, 8192, first), "bbbbbbbbbbbe") << first;
    EXPECT_EQ(Walk(Bytes(many).first(many.size() - 1), 8192, first), "bbbbbbbbbbt") << first;
  }
}

// Though it begins with little.
TEST(Scanner, ALongWalkReadsMuchAtOnce) {
  constexpr uint64_t kReadsMax = 13;
  Machine machine;
  Buffer content;
  for (int i = 0; i < 800; ++i) Append(content, BatchOfSize(100));
  EXPECT_TRUE(machine.disk().Put("log", content).ok());
  const auto file = machine.Run(machine.loop->disk().Open("log", io::OpenMode::kRead));
  machine.disk().Inject(
      {.call = io::SimCall::kRead, .skip = kReadsMax, .times = io::SimFault::kForever});
  BatchScanner scanner(*file, 0, content.size(), {.buffer_bytes = 8192, .first_bytes = 256});
  for (int i = 0; i < 800; ++i) {
    const auto scanned = machine.Run(scanner.Next());
    ASSERT_TRUE(scanned.ok()) << "batch " << i << ": " << scanned.status();
  }
}

TEST(Scanner, TellsHowABatchIsCutShort) {
  const Buffer both = Two(200, 300);
  for (const size_t size : {208, 216, 217, 260, 261, 262, 499}) {
    EXPECT_EQ(Walk(Bytes(both).first(size), 64), "bt") << size;
  }
  EXPECT_EQ(Walk(Bytes(both).first(200), 64), "be");
}

TEST(Scanner, TellsZerosFromAnEnd) {
  for (const size_t zeros : {1, 16, 17, 61, 100'000}) {
    Buffer bytes = BatchOfSize(100);
    bytes.resize(100 + zeros);
    EXPECT_EQ(Walk(bytes, 100), "bz") << zeros;
  }
  Buffer bytes = BatchOfSize(100);
  bytes.resize(5000);
  bytes.back() = std::byte{1};
  EXPECT_EQ(Walk(bytes, 100), "bx");
}

TEST(Scanner, GoesOnBehindABadChecksum) {
  Buffer bytes = Two(200, 300);
  bytes[150] ^= std::byte{1};
  EXPECT_EQ(Walk(bytes, 64), "cbe");
}

TEST(Scanner, StopsAtALengthThatCannotBe) {
  Buffer bytes = Two(200, 300);
  bytes[208] = std::byte{0xff};
  EXPECT_EQ(Walk(bytes, 64), "bx");
}

uint64_t FindNext(Bytes content, uint64_t from, int64_t offset_min, int tries_max = 100) {
  Machine machine;
  EXPECT_TRUE(machine.disk().Put("log", content).ok());
  const auto file = machine.Run(machine.loop->disk().Open("log", io::OpenMode::kRead));
  return *machine.Run(FindNextBatch(*file, from, content.size(), offset_min, tries_max));
}

TEST(Scanner, FindsTheNextSoundBatch) {
  Buffer bytes(70'000, std::byte{0x55});
  Append(bytes, Two(200, 300));
  EXPECT_EQ(FindNext(bytes, 0, 0), 70'000u);
  EXPECT_EQ(FindNext(bytes, 70'001, 0), 70'200u);
  EXPECT_EQ(FindNext(bytes, 70'201, 0), bytes.size());
  EXPECT_EQ(FindNext(bytes, 0, 1), 70'200u);  // by its offset
  EXPECT_EQ(FindNext(bytes, 0, 2), bytes.size());
  bytes[70'150] ^= std::byte{1};
  EXPECT_EQ(FindNext(bytes, 0, 0), 70'200u);
  EXPECT_EQ(FindNext(bytes, 0, 0, 1), bytes.size());  // gives up after one try
}

}  // namespace
}  // namespace varve::log::test
