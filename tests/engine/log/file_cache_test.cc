#include "engine/log/file_cache.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "tests/engine/log/machine.h"

namespace varve::log::test {
namespace {

class FileCacheTest : public testing::Test {
 protected:
  FileCacheTest() {
    for (int i = 0; i < 20; ++i) {
      CachedFile& file = files_.emplace_back(cache_, "f" + std::to_string(i));
      EXPECT_TRUE(m_.Run(file.Create()).ok());
    }
  }

  Machine m_;
  FileCache cache_{m_.loop->disk(), {.unsynced_files_max = 10, .files_max = 3}};
  std::deque<CachedFile> files_;
};

TEST_F(FileCacheTest, TheOneUnusedForLongestIsClosed) {
  EXPECT_EQ(cache_.open_files(), 3u);
  EXPECT_NE(files_[17].IfOpen(), nullptr);
  EXPECT_TRUE(m_.Run(files_[0].Open()).ok());
  EXPECT_EQ(files_[18].IfOpen(), nullptr);
  for (const size_t open : {17, 19, 0}) EXPECT_NE(files_[open].IfOpen(), nullptr) << open;
}

TEST_F(FileCacheTest, OnesWithUnsyncedAppendsAreNotClosedForOthers) {
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_TRUE(m_.Run(files_[i].Open()).ok());
    files_[i].set_unsynced(true);
  }
  for (size_t i = 8; i < 20; ++i) EXPECT_TRUE(m_.Run(files_[i].Open()).ok());
  EXPECT_EQ(cache_.open_files(), 8u + 3u);
  for (size_t i = 0; i < 8; ++i) EXPECT_NE(files_[i].IfOpen(), nullptr) << i;
  for (size_t i = 0; i < 8; ++i) files_[i].set_unsynced(false);
  EXPECT_EQ(cache_.open_files(), 3u);
}

TEST_F(FileCacheTest, OnesWithUnsyncedAppendsHaveABoundAsWell) {
  for (CachedFile& file : files_) {
    EXPECT_TRUE(m_.Run(file.Open()).ok());
    file.set_unsynced(true);
  }
  EXPECT_EQ(cache_.open_files(), 10u + 3u);
  for (size_t i = 0; i < 10; ++i) EXPECT_NE(files_[i].IfOpen(), nullptr) << i;
  files_[0].set_unsynced(false);
  EXPECT_TRUE(m_.Run(files_[10].Open()).ok());
  files_[10].set_unsynced(true);
  EXPECT_EQ(cache_.open_files(), 10u + 2u);
}

TEST_F(FileCacheTest, WhatIsKeptGoesWithTheDescriptor) {
  files_[19].kept() = Buffer(100);
  files_[18].kept() = Buffer(100);
  EXPECT_TRUE(m_.Run(files_[0].Open()).ok());
  EXPECT_TRUE(m_.Run(files_[1].Open()).ok());
  EXPECT_EQ(files_[19].kept().size(), 100u);
  EXPECT_TRUE(files_[18].kept().empty());
}

}  // namespace
}  // namespace varve::log::test
