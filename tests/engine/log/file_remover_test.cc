#include "engine/log/file_remover.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/log/machine.h"

namespace varve::log {
namespace {

using std::chrono::seconds;

class FileRemoverTest : public ::testing::Test {
 protected:
  io::Task<void> Make(std::string path) {
    const auto file = co_await m_.loop->disk().Open(path, io::OpenMode::kCreate);
    EXPECT_TRUE(file.ok()) << file.status();
  }
  std::string Names() {
    std::string names;
    const auto entries = m_.Run(m_.loop->disk().List("/"));
    for (const io::DirectoryEntry& entry : *entries) names += entry.name + " ";
    return names;
  }
  void Pass(io::Duration duration) { m_.Run(io::Sleep(*m_.loop, duration)); }

  test::Machine m_;
  DirectoryHealth health_{"/"};
  FileRemover remover_{*m_.loop, m_.loop->disk(), health_};
};

TEST_F(FileRemoverTest, RemovesEachWhenItsTimeHasCome) {
  for (const char* path : {"/a", "/b", "/c"}) m_.Run(Make(path));
  remover_.Remove("/a", seconds(20));
  remover_.Remove("/b", seconds(10));  // asked later, due earlier
  Pass(seconds(9));
  EXPECT_EQ(Names(), "a b c ");
  Pass(seconds(2));
  EXPECT_EQ(Names(), "a c ");
  Pass(seconds(10));
  EXPECT_EQ(Names(), "c ");
  remover_.Remove("/c", seconds(0));
  Pass(seconds(1));
  EXPECT_EQ(Names(), "");
  m_.Run(remover_.Close());
}

TEST_F(FileRemoverTest, DoesNotWaitWhenTheSpaceIsNeeded) {
  for (const char* path : {"/a", "/b"}) m_.Run(Make(path));
  remover_.Remove("/a", seconds(60));
  remover_.Remove("/gone", seconds(60));
  remover_.Remove("/b", seconds(60));
  remover_.Hurry();
  Pass(seconds(1));
  EXPECT_EQ(Names(), "");
  EXPECT_EQ(remover_.waiting(), 0u);
  m_.Run(remover_.Close());
}

TEST_F(FileRemoverTest, ClosingRemovesWhatWaits) {
  m_.Run(Make("/a"));
  remover_.Remove("/a", seconds(60));
  m_.Run(remover_.Close());
  EXPECT_EQ(Names(), "");
}

TEST_F(FileRemoverTest, KeepsABoundedNumberWaiting) {
  for (size_t i = 0; i < FileRemover::kWaitingMax + 10; ++i) {
    remover_.Remove("/" + std::to_string(i), seconds(60));
  }
  Pass(seconds(30));
  EXPECT_EQ(remover_.waiting(), FileRemover::kWaitingMax);
  m_.Run(remover_.Close());
}

}  // namespace
}  // namespace varve::log
