#include "engine/log/file_names.h"

#include <gtest/gtest.h>

#include <limits>

namespace varve::log {
namespace {

TEST(FileNames, AreKafkas) {
  EXPECT_EQ(FileName(0, FileKind::kLog), "00000000000000000000.log");
  EXPECT_EQ(FileName(170210, FileKind::kOffsetIndex), "00000000000000170210.index");
  EXPECT_EQ(FileName(7, FileKind::kTimeIndex, FileState::kSwap),
            "00000000000000000007.timeindex.swap");
  EXPECT_EQ(FileName(std::numeric_limits<int64_t>::max(), FileKind::kLog),
            "09223372036854775807.log");
}

TEST(FileNames, ComeBack) {
  for (const FileKind kind : {FileKind::kLog, FileKind::kOffsetIndex, FileKind::kTimeIndex,
                              FileKind::kTransactionIndex, FileKind::kSnapshot}) {
    for (const FileState state :
         {FileState::kPlain, FileState::kDeleted, FileState::kCleaned, FileState::kSwap}) {
      for (const int64_t base : {int64_t{0}, int64_t{42}, std::numeric_limits<int64_t>::max()}) {
        const auto file = ParseFileName(FileName(base, kind, state));
        ASSERT_TRUE(file.has_value());
        EXPECT_EQ(file->base_offset, base);
        EXPECT_EQ(file->kind, kind);
        EXPECT_EQ(file->state, state);
      }
    }
  }
}

TEST(FileNames, OthersAreNoSegmentFiles) {
  for (const char* name :
       {"", ".log", "0.log", "0000000000000000000.log", "000000000000000000000.log",
        "00000000000000000000", "00000000000000000000.", "00000000000000000000.logs",
        "00000000000000000000.log.old", "-0000000000000000001.log", "09223372036854775808.log",
        "99999999999999999999.log", "0000000000000000000x.log", "leader-epoch-checkpoint"}) {
    EXPECT_FALSE(ParseFileName(name).has_value()) << name;
  }
}

TEST(DirectoryNames, SplitAtTheLastDash) {
  const auto name = ParseDirectoryName("my-topic.v2-17");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(*name, (PartitionName{"my-topic.v2", 17, PartitionName::State::kLive}));
  EXPECT_EQ(DirectoryName("my-topic.v2", 17), "my-topic.v2-17");
}

TEST(DirectoryNames, TellWhereAPartitionIsOnItsWay) {
  const std::string unique(32, 'a');
  using State = PartitionName::State;
  EXPECT_EQ(ParseDirectoryName("t-1." + unique + "-delete"),
            (PartitionName{"t", 1, State::kDelete}));
  EXPECT_EQ(ParseDirectoryName("t-1." + unique + "-stray"), (PartitionName{"t", 1, State::kStray}));
  EXPECT_EQ(ParseDirectoryName("t-1." + unique + "-future"),
            (PartitionName{"t", 1, State::kFuture}));
}

TEST(DirectoryNames, OfDeletedTopicsFitAFileSystem) {
  const std::string unique(32, 'f');
  EXPECT_EQ(DeleteDirectoryName("t", 3, unique), "t-3." + unique + "-delete");
  const std::string name = DeleteDirectoryName(std::string(249, 't'), 99999, unique);
  EXPECT_EQ(name.size(), 255u);
  const auto parsed = ParseDirectoryName(name);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->partition, 99999);
}

TEST(DirectoryNames, OthersAreNoPartitions) {
  for (const char* name : {"", "-", "-1", "t", "t-", "t-x", "t-1x", "t--", "t-2147483648",
                           "lost+found", "t-+1", "-delete", "t-delete"}) {
    EXPECT_FALSE(ParseDirectoryName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace varve::log
