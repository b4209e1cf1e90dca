#include <algorithm>

#include "tests/engine/io/conformance/support.h"

// What a Disk promises of names, and the error of each thing that goes wrong.

namespace varve::io::conformance {
namespace {

TEST_P(DiskConformance, EveryModeOfOpening) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    for (const OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite}) {
      EXPECT_TRUE(absl::IsNotFound((co_await disk.Open(path, mode)).status()));
    }
    (void)co_await MakeFile(disk, path, AsBytes("content"));
    EXPECT_TRUE(absl::IsAlreadyExists((co_await disk.Open(path, OpenMode::kCreate)).status()));
    for (const OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite}) {
      const FileRef file = Must(co_await disk.Open(path, mode));
      EXPECT_EQ(AsText(co_await ReadBack(*file, 0, 100)), "content");
    }
    const FileRef replaced = Must(co_await disk.Open(path, OpenMode::kCreateOrReplace));
    EXPECT_EQ(Must(co_await replaced->Size()), 0u);
    const std::string fresh = path + "2";
    Must(co_await disk.Open(fresh, OpenMode::kCreateOrReplace));
    EXPECT_EQ(Must(co_await disk.Stat(fresh)).size, 0u);
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, MissingParentsAreNotFound) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const std::string below = path + "/below";
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Open(below, OpenMode::kCreate)).status()));
    EXPECT_TRUE(absl::IsNotFound(co_await disk.CreateDirectory(below)));
    EXPECT_TRUE(absl::IsNotFound(co_await disk.RemoveDirectory(path)));
    EXPECT_TRUE(absl::IsNotFound(co_await disk.Remove(path)));
    EXPECT_TRUE(absl::IsNotFound(co_await disk.Rename(path, path + "2")));
    EXPECT_TRUE(absl::IsNotFound(co_await disk.SyncDirectory(path)));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.List(path)).status()));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Stat(path)).status()));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Space(path)).status()));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Lock(below)).status()));
  };
  Run(body(disk(), Path("missing")));
}

// A file where a directory should be, and the other way round: never "not found".
TEST_P(DiskConformance, TheWrongKindIsAFailedPrecondition) {
  auto body = [](Disk& disk, std::string file, std::string directory) -> Task<void> {
    (void)co_await MakeFile(disk, file, AsBytes("x"));
    Must(co_await disk.CreateDirectory(directory));
    const std::string below = file + "/below";
    for (const OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite}) {
      EXPECT_TRUE(absl::IsFailedPrecondition((co_await disk.Open(directory, mode)).status()));
      EXPECT_TRUE(absl::IsFailedPrecondition((co_await disk.Open(below, mode)).status()));
    }
    EXPECT_TRUE(absl::IsFailedPrecondition(co_await disk.CreateDirectory(below)));
    EXPECT_TRUE(absl::IsFailedPrecondition(co_await disk.RemoveDirectory(file)));
    EXPECT_TRUE(absl::IsFailedPrecondition(co_await disk.Remove(directory)));
    EXPECT_TRUE(absl::IsFailedPrecondition(co_await disk.SyncDirectory(file)));
    EXPECT_TRUE(absl::IsFailedPrecondition((co_await disk.List(file)).status()));
    EXPECT_TRUE(absl::IsFailedPrecondition(co_await disk.Rename(file, directory)));
    EXPECT_TRUE(absl::IsFailedPrecondition(co_await disk.Rename(directory, file)));
    EXPECT_TRUE(absl::IsAlreadyExists(co_await disk.CreateDirectory(directory)));
    EXPECT_TRUE(absl::IsAlreadyExists(co_await disk.CreateDirectory(file)));
  };
  Run(body(disk(), Path("f"), Path("d")));
}

TEST_P(DiskConformance, DirectoriesComeAndGo) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    Must(co_await disk.CreateDirectory(path));
    EXPECT_TRUE(Must(co_await disk.Stat(path)).is_directory);
    const std::string inside = path + "/f";
    (void)co_await MakeFile(disk, inside, AsBytes("x"));
    EXPECT_TRUE(absl::IsFailedPrecondition(co_await disk.RemoveDirectory(path)));
    Must(co_await disk.SyncDirectory(path));
    Must(co_await disk.Remove(inside));
    Must(co_await disk.RemoveDirectory(path));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Stat(path)).status()));
  };
  Run(body(disk(), Path("d")));
}

TEST_P(DiskConformance, ListsAreSortedAndTellDirectories) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    EXPECT_TRUE(Must(co_await disk.List(path)).empty());
    for (const char* name : {"b", "a.log", "00000000000000000010.log", "Z", ".lock"}) {
      const std::string file = path + "/" + name;
      (void)co_await MakeFile(disk, file, AsBytes("x"));
    }
    Must(co_await disk.CreateDirectory(path + "/c"));
    const std::vector<DirectoryEntry> entries = Must(co_await disk.List(path));
    std::vector<std::string> names;
    for (const DirectoryEntry& entry : entries) {
      names.push_back(entry.name);
      EXPECT_EQ(entry.is_directory, entry.name == "c") << entry.name;
    }
    const std::vector<std::string> expected{".lock", "00000000000000000010.log", "Z", "a.log", "b",
                                            "c"};
    EXPECT_EQ(names, expected);
  };
  Run(body(disk(), fixture().Directory()));
}

TEST_P(DiskConformance, RenameReplacesAFileAndMovesADirectory) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    const FileRef first = co_await MakeFile(disk, path + "1", AsBytes("first"));
    const FileRef second = co_await MakeFile(disk, path + "2", AsBytes("second"));
    Must(co_await disk.Rename(path + "1", path + "2"));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Stat(path + "1")).status()));
    EXPECT_EQ(AsText(Must(co_await ReadFile(disk, path + "2", 100))), "first");
    EXPECT_EQ(AsText(co_await ReadBack(*second, 0, 100)), "second");
    EXPECT_EQ(AsText(co_await ReadBack(*first, 0, 100)), "first");

    Must(co_await disk.CreateDirectory(path + "d"));
    (void)co_await MakeFile(disk, path + "d/f", AsBytes("inside"));
    Must(co_await disk.Rename(path + "d", path + "e"));
    EXPECT_EQ(AsText(Must(co_await ReadFile(disk, path + "e/f", 100))), "inside");
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Stat(path + "d")).status()));
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, StatTellsSizeAndTime) {
  auto body = [](Loop& loop, std::string path) -> Task<void> {
    Disk& disk = loop.disk();
    const int64_t before = loop.clock().WallMillis();
    (void)co_await MakeFile(disk, path, AsBytes("12345"));
    const int64_t after = loop.clock().WallMillis();
    const FileInfo info = Must(co_await disk.Stat(path));
    EXPECT_EQ(info.size, 5u);
    EXPECT_FALSE(info.is_directory);
    // File systems stamp with a coarse clock, a tick behind.
    EXPECT_GE(info.modified_ms, before - 20);
    EXPECT_LE(info.modified_ms, after);
  };
  Run(body(loop(), Path("f")));
}

TEST_P(DiskConformance, SpaceIsPlausible) {
  auto body = [](Disk& disk, std::string directory) -> Task<void> {
    const DiskSpace space = Must(co_await disk.Space(directory));
    EXPECT_GT(space.total_bytes, 0u);
    EXPECT_GT(space.free_bytes, 0u);
    EXPECT_LE(space.free_bytes, space.total_bytes);
  };
  Run(body(disk(), fixture().Directory()));
}

TEST_P(DiskConformance, ALockKeepsOthersOutUntilItIsDropped) {
  auto body = [](BackendFixture& fixture, std::string path) -> Task<void> {
    Disk& disk = fixture.loop().disk();
    {
      const std::unique_ptr<FileLock> lock = Must(co_await disk.Lock(path));
    }
    {
      const std::unique_ptr<FileLock> again = Must(co_await disk.Lock(path));
    }
    fixture.LockFromOutside(path);
    EXPECT_TRUE(absl::IsUnavailable((co_await disk.Lock(path)).status()));
  };
  Run(body(fixture(), Path(".lock")));
}

TEST_P(DiskConformance, TheBootIdStays) {
  auto body = [](Disk& disk) -> Task<void> {
    const std::string id = Must(co_await disk.BootId());
    EXPECT_FALSE(id.empty());
    EXPECT_EQ(Must(co_await disk.BootId()), id);
  };
  Run(body(disk()));
}

// The helpers of disk.h.

TEST_P(DiskConformance, SmallFilesAreReadWholeOrRefused) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    (void)co_await MakeFile(disk, path, AsBytes("12345"));
    EXPECT_EQ(AsText(Must(co_await ReadFile(disk, path, 5))), "12345");
    EXPECT_TRUE(absl::IsResourceExhausted((co_await ReadFile(disk, path, 4)).status()));
    EXPECT_TRUE(absl::IsNotFound((co_await ReadFile(disk, path + "2", 4)).status()));
  };
  Run(body(disk(), Path("f")));
}

TEST_P(DiskConformance, ReplacingLeavesTheNewContentOnly) {
  auto body = [](Disk& disk, std::string directory) -> Task<void> {
    const std::string path = directory + "/f";
    for (const char* content : {"one", "", "a longer one"}) {
      Must(co_await ReplaceFile(disk, path, AsBytes(content)));
      EXPECT_EQ(AsText(Must(co_await ReadFile(disk, path, 100))), content);
    }
    EXPECT_EQ(Must(co_await disk.List(directory)).size(), 1u);
  };
  Run(body(disk(), fixture().Directory()));
}

TEST_P(DiskConformance, TreesAreRemovedWhole) {
  auto body = [](Disk& disk, std::string path) -> Task<void> {
    Must(co_await disk.CreateDirectory(path));
    Must(co_await disk.CreateDirectory(path + "/d"));
    (void)co_await MakeFile(disk, path + "/d/f", AsBytes("x"));
    (void)co_await MakeFile(disk, path + "/f", AsBytes("x"));
    Must(co_await RemoveTree(disk, path));
    EXPECT_TRUE(absl::IsNotFound((co_await disk.Stat(path)).status()));
    Must(co_await RemoveTree(disk, path));
  };
  Run(body(disk(), Path("tree")));
}

}  // namespace
}  // namespace varve::io::conformance
