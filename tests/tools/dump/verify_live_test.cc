#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/tools/dump/dump_program.h"
#include "tests/tools/dump/engine_data.h"

// A directory that is written to while the tool reads it.
namespace varve::dump::test {
namespace {

uint64_t RecordsIn(const std::string& summary) {
  const size_t at = summary.find("records: ");
  return at == std::string::npos ? 0 : std::stoull(summary.substr(at + 9));
}

TEST(VerifyLive, AWriterIsNoFault) {
  const Folder folder;
  auto store = Store::Open(folder.path());
  ASSERT_TRUE(store.ok()) << store.status();
  auto log = (*store)->OpenLog("t", SmallSegments());
  ASSERT_TRUE(log.ok()) << log.status();
  std::atomic<bool> stop = false;
  std::atomic<int> appended = 0;
  std::atomic<int> allowed = 200;  // a bound for machines on which the tool is slower
  std::thread writer([&] {
    while (!stop) {
      if (appended >= allowed) {
        std::this_thread::yield();
        continue;
      }
      AppendBatches(**log, appended, 5);
      appended += 5;
    }
  });
  while (appended < allowed) std::this_thread::yield();
  uint64_t last = 0;
  for (int i = 0; i < 8; ++i) {
    allowed += 500;
    while (appended < allowed - 400) std::this_thread::yield();
    const uint64_t before = 3 * static_cast<uint64_t>(appended.load());
    const Ran ran = RunDump({"--verify", folder.path()});
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    EXPECT_NE(ran.out.find("is in use"), std::string::npos) << ran.out;
    EXPECT_NE(ran.out.find(" notes: 1 "), std::string::npos) << ran.out;
    EXPECT_GE(RecordsIn(ran.out), before);
    EXPECT_GT(RecordsIn(ran.out), last);
    last = RecordsIn(ran.out);
  }
  stop = true;
  writer.join();
  EXPECT_TRUE((*store)->Close().ok());
  const Ran ran = RunDump({"--verify", folder.path()});
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_EQ(RecordsIn(ran.out), 3 * static_cast<uint64_t>(appended.load()));
}

TEST(VerifyLive, ABatchThatIsBeingWrittenIsNoNews) {
  const Folder folder;
  auto store = Store::Open(folder.path());
  ASSERT_TRUE(store.ok()) << store.status();
  auto log = (*store)->OpenLog("t", SmallSegments());
  ASSERT_TRUE(log.ok()) << log.status();
  AppendBatches(**log, 0, 3);
  const std::string name = "t-0/00000000000000000000.log";
  const std::string whole = folder.Read(name);
  folder.Write(name, whole + whole.substr(0, 70));
  const Ran used = RunDump({"--verify", folder.path()});
  EXPECT_EQ(used.status, 0) << used.out;
  EXPECT_NE(used.out.find(" notes: 1 "), std::string::npos) << used.out;  // that it is in use
  folder.Write(name, whole);
  EXPECT_TRUE((*store)->Close().ok());
}

TEST(VerifyLive, SegmentsThatGoWhileTheyAreRead) {
  const Folder folder;
  WriteLog(folder.path(), 400);
  std::filesystem::remove(folder.path("varve-manifest"));  // whoever removes segments has done so
  const std::vector<std::string> logs = FilesIn(folder.path("t-0"), ".log");
  ASSERT_GT(logs.size(), 8U);
  std::thread remover([&] {
    for (size_t i = 0; i + 2 < logs.size(); ++i) {
      for (const char* suffix : {".log", ".index", ".timeindex"}) {
        const std::string name = "t-0/" + logs[i].substr(0, logs[i].size() - 4) + suffix;
        std::filesystem::rename(folder.path(name), folder.path(name + ".deleted"));
      }
    }
  });
  const Ran ran = RunDump({"--verify", folder.path()});
  remover.join();
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_EQ(RunDump({"--verify", folder.path()}).status, 0);
}

TEST(VerifyLive, NothingIsWrittenNorLocked) {
  const Folder folder;
  WriteLog(folder.path(), 50);
  const auto times = [&] {
    std::string text;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      text += entry.path().string() + " " +
              std::to_string(entry.last_write_time().time_since_epoch().count()) + "\n";
    }
    return text;
  };
  const std::string before = times();
  for (const char* mode : {"--verify", "--records"}) {
    EXPECT_EQ(RunDump({mode, folder.path()}).status, 0);
  }
  EXPECT_EQ(times(), before);
}

}  // namespace
}  // namespace varve::dump::test
