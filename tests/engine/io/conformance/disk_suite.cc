#include <algorithm>
#include <array>

#include "engine/io/sync.h"
#include "tests/engine/io/conformance/support.h"

// What a File promises.

namespace varve::io::conformance {
namespace {

TEST_P(DiskConformance, WhatWasAppendedIsRead) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    for (const size_t size : kSizes) {
      SCOPED_TRACE(size);
      const Buffer bytes = Pattern(size, size);
      const FileRef file = co_await MakeFile(disk, path, bytes);
      EXPECT_EQ(Must(co_await file->Size()), size);
      EXPECT_TRUE(co_await ReadBack(*file, 0, size) == bytes);
      EXPECT_TRUE(co_await ReadBack(*file, 0, size + 100) == bytes);
      Must(co_await disk.Remove(path));
    }
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, ReadsStopAtTheEnd) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(10'000);
    const FileRef file = co_await MakeFile(disk, path, bytes);
    for (const size_t position : {size_t{0}, size_t{1}, size_t{4096}, size_t{9'999}}) {
      const Buffer read = co_await ReadBack(*file, position, 20'000);
      EXPECT_TRUE(std::ranges::equal(read, Bytes(bytes).subspan(position)));
    }
    EXPECT_EQ((co_await ReadBack(*file, 10'000, 10)).size(), 0u);
    EXPECT_EQ((co_await ReadBack(*file, 1 << 30, 10)).size(), 0u);
    EXPECT_EQ((co_await ReadBack(*file, 0, 0)).size(), 0u);
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, ColdReadsAreTheSame) {
  auto body = [](BackendFixture& fixture, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(3'000'000);
    const FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    Must(co_await file->SyncData());
    for (const size_t size : {1, 4097, 100'000, 2'999'999}) {
      SCOPED_TRACE(size);
      fixture.Forget(path);
      const Buffer read = co_await ReadBack(*file, 1, size);
      EXPECT_TRUE(std::ranges::equal(read, Bytes(bytes).subspan(1, size)));
    }
    fixture.Forget(path);
    EXPECT_EQ((co_await ReadBack(*file, 2'900'000, 200'000)).size(), 100'000u);
  };
  Run(body(fixture(), Path("f")));
}

TEST_P(DiskConformance, ReadingOnceReadsTheSame) {
  auto body = [](BackendFixture& fixture, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(3'000'000);
    const FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    Must(co_await file->SyncData());
    co_await file->DropCached();
    for (const size_t size : {1, 4097, 100'000, 2'999'999}) {
      SCOPED_TRACE(size);
      Buffer read(size);
      for (int again = 0; again < 2; ++again) {
        EXPECT_EQ(Must(co_await file->ReadOnce(1, read)), size);
        EXPECT_TRUE(std::ranges::equal(read, Bytes(bytes).subspan(1, size)));
      }
    }
    Buffer rest(200'000);
    EXPECT_EQ(Must(co_await file->ReadOnce(2'900'000, rest)), 100'000u);
  };
  Run(body(fixture(), Path("f")));
}

TEST_P(DiskConformance, TheTimeOfTheLastChangeCanBeSet) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const FileRef file = co_await MakeFile(disk, path, Pattern(10));
    Must(co_await file->SetModified(1'600'000'000'123));
    const FileInfo info = Must(co_await disk.Stat(path));
    EXPECT_EQ(info.modified_ms, 1'600'000'000'123);
    EXPECT_EQ(info.size, 10u);
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, GatheredPiecesLieBackToBack) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(2500 * 333);
    std::vector<Bytes> pieces{{}};
    for (size_t at = 0; at < bytes.size(); at += 333) {
      pieces.push_back(Bytes(bytes).subspan(at, 333));
      if (at % 2 == 0) pieces.push_back({});
    }
    const FileRef file = Must(co_await disk.Open(path, OpenMode::kCreate));
    Must(co_await file->Append(0, pieces));
    Must(co_await file->Append(bytes.size(), {}));
    Must(co_await file->Append(bytes.size(), pieces));
    EXPECT_EQ(Must(co_await file->Size()), 2 * bytes.size());
    EXPECT_TRUE(co_await ReadBack(*file, 0, bytes.size()) == bytes);
    EXPECT_TRUE(co_await ReadBack(*file, bytes.size(), bytes.size()) == bytes);
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, EightMebibytesInOneAppend) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(8 << 20);
    const FileRef file = co_await MakeFile(disk, path, bytes);
    EXPECT_TRUE(co_await ReadBack(*file, 0, bytes.size()) == bytes);
    Must(co_await file->SyncData());
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, AllocateKeepsTheSize) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const FileRef file = co_await MakeFile(disk, path, AsBytes("12345"));
    Must(co_await file->Allocate(5, 1 << 20));
    Must(co_await file->Allocate(5, 0));
    EXPECT_EQ(Must(co_await file->Size()), 5u);
    EXPECT_EQ((co_await ReadBack(*file, 0, 100)).size(), 5u);
    const Bytes more[] = {AsBytes("678")};
    Must(co_await file->Append(5, more));
    Must(co_await file->Truncate(8));
    EXPECT_EQ(AsText(co_await ReadBack(*file, 0, 100)), "12345678");
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, TruncateCutsAndGrows) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(10'000);
    const FileRef file = co_await MakeFile(disk, path, bytes);
    for (const size_t size : {9'999, 4'097, 4'096, 4'095, 513, 512, 511, 1}) {
      Must(co_await file->Truncate(size));
      EXPECT_EQ(Must(co_await file->Size()), size);
      EXPECT_TRUE(
          std::ranges::equal(co_await ReadBack(*file, 0, 10'000), Bytes(bytes).first(size)));
    }
    Must(co_await file->Truncate(5'000));
    const Buffer grown = co_await ReadBack(*file, 0, 10'000);
    EXPECT_EQ(grown.size(), 5'000u);
    EXPECT_EQ(grown[0], bytes[0]);
    EXPECT_TRUE(std::ranges::all_of(Bytes(grown).subspan(1),
                                    [](std::byte byte) { return byte == std::byte{0}; }));
    Must(co_await file->Truncate(0));
    EXPECT_EQ((co_await ReadBack(*file, 0, 1)).size(), 0u);
  };
  Run(body(disk(), Path("f")));
}

Task<void> ReadOften(File& file, Bytes expected) {
  for (int round = 0; round < 20; ++round) {
    const Buffer read = co_await ReadBack(file, 0, expected.size());
    EXPECT_TRUE(std::ranges::equal(read, expected));
  }
}

TEST_P(DiskConformance, ReadersAndTheWriterDoNotDisturbEachOther) {
  auto body = [](BackendFixture& fixture, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(100'000);
    const Bytes pieces[] = {bytes};
    const FileRef file = co_await MakeFile(fixture.loop().disk(), path, bytes);
    Gate gate(fixture.loop());
    for (int reader = 0; reader < 8; ++reader) gate.Spawn(ReadOften(*file, bytes));
    for (uint64_t round = 1; round < 20; ++round) {
      Must(co_await file->Append(round * bytes.size(), pieces));
      Must(co_await file->SyncData());
    }
    co_await gate.Close();
    EXPECT_EQ(Must(co_await file->Size()), 20 * bytes.size());
  };
  Run(body(fixture(), Path("f")));
}

TEST_P(DiskConformance, AnOpenFileOutlivesItsName) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const Buffer bytes = Pattern(5 << 20);
    FileRef file = co_await MakeFile(disk, path, bytes);
    Must(co_await disk.Remove(path));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Stat(path)).status()));
    EXPECT_TRUE(co_await ReadBack(*file, 0, bytes.size()) == bytes);
    const FileRef second = co_await MakeFile(disk, path, AsBytes("another"));
    EXPECT_EQ(Must(co_await file->Size()), bytes.size());
    EXPECT_EQ(Must(co_await second->Size()), 7u);
    file.reset();
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, TwoOpeningsAreOneFile) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const FileRef writer = co_await MakeFile(disk, path, AsBytes("one"));
    const FileRef reader = Must(co_await disk.Open(path, OpenMode::kRead));
    const Bytes more[] = {AsBytes("two")};
    Must(co_await writer->Append(3, more));
    EXPECT_EQ(AsText(co_await ReadBack(*reader, 0, 10)), "onetwo");
  };
  Run(body(disk(), Path("f")));
}

}  // namespace
}  // namespace varve::io::conformance
