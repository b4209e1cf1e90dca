#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/record/builder.h"
#include "engine/varve.h"

namespace varve {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    path_ = (std::filesystem::temp_directory_path() / "varve-store-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  ~StoreTest() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<Store> Open(const StoreOptions& options = {}) {
    auto store = Store::Open(path_, options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  std::string path_;
};

std::shared_ptr<Log> LogOf(Store& store, const std::string& name, const LogConfig& config = {}) {
  auto log = store.OpenLog(name, config);
  EXPECT_TRUE(log.ok()) << log.status();
  return *std::move(log);
}

void AppendText(Log& log, const std::string& text) {
  const NewRecord record{.timestamp = 1000, .value = AsBytes(text)};
  const auto offset = log.Append(record);
  ASSERT_TRUE(offset.ok()) << offset.status();
}

std::vector<std::string> ReadAll(const Log& log, int64_t from = 0, size_t buffer = 1 << 20) {
  std::vector<std::string> values;
  Reader reader = log.ReadFrom(from, buffer);
  StoredRecord record;
  for (;;) {
    const auto more = reader.Next(record);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return values;
    values.emplace_back(AsText(*record.value));
  }
}

TEST_F(StoreTest, WhatIsAppendedIsReadBackInOrder) {
  const auto store = Open();
  const auto log = LogOf(*store, "events");
  AppendText(*log, "a");
  AppendText(*log, "b");
  EXPECT_EQ(ReadAll(*log), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ReadAll(*log, 1), (std::vector<std::string>{"b"}));
}

TEST_F(StoreTest, KeysHeadersAndTimestampsComeBack) {
  const auto store = Open();
  const auto log = LogOf(*store, "events");
  const record::HeaderView headers[] = {{AsBytes("trace"), AsBytes("17")}};
  const NewRecord written{.timestamp = 77, .key = AsBytes("k"), .headers = headers};
  ASSERT_TRUE(log->Append(written).ok());
  Reader reader = log->ReadFrom(0);
  StoredRecord record;
  ASSERT_TRUE(*reader.Next(record));
  EXPECT_EQ(record.timestamp, 77);
  EXPECT_EQ(AsText(*record.key), "k");
  EXPECT_FALSE(record.value.has_value());
  record::HeaderView header;
  record::HeaderIterator iterator = record.headers();
  ASSERT_TRUE(iterator.Next(header));
  EXPECT_EQ(AsText(header.key), "trace");
  EXPECT_EQ(AsText(*header.value), "17");
}

TEST_F(StoreTest, ARecordWithoutATimeGetsTheTimeOfItsAppend) {
  const auto store = Open();
  const auto log = LogOf(*store, "events");
  const NewRecord written{.value = AsBytes("x")};
  ASSERT_TRUE(log->Append(written).ok());
  Reader reader = log->ReadFrom(0);
  StoredRecord record;
  ASSERT_TRUE(*reader.Next(record));
  EXPECT_GT(record.timestamp, 1'700'000'000'000);
}

TEST_F(StoreTest, ABatchOfEveryCodecIsOneAppend) {
  const auto store = Open();
  const auto log = LogOf(*store, "events");
  std::vector<std::string> expected;
  for (int codec = 0; codec < record::kCodecCount; ++codec) {
    std::vector<std::string> texts;
    std::vector<NewRecord> records;
    for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(codec) + "-" + std::to_string(i));
    for (const std::string& text : texts) records.push_back({.value = AsBytes(text)});
    const auto offset = log->Append(records, static_cast<Codec>(codec));
    ASSERT_TRUE(offset.ok()) << offset.status();
    EXPECT_EQ(*offset, codec * 100);
    expected.insert(expected.end(), texts.begin(), texts.end());
  }
  EXPECT_EQ(ReadAll(*log), expected);
  EXPECT_EQ(ReadAll(*log, 250).size(), 250U);
}

TEST_F(StoreTest, ReadsGoOnAcrossSegmentsAndSmallBuffers) {
  const auto store = Open();
  LogConfig config;
  config.segment_bytes = 4096;
  const auto log = LogOf(*store, "events", config);
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    expected.push_back(std::to_string(i) + std::string(60, 'x'));
    AppendText(*log, expected.back());
  }
  EXPECT_GT(std::distance(std::filesystem::directory_iterator(path_ + "/events-0"), {}), 6);
  EXPECT_EQ(ReadAll(*log, 0, 1), expected);
  EXPECT_EQ(ReadAll(*log, 0, 700), expected);
}

TEST_F(StoreTest, AReaderAtTheEndSeesWhatComesLater) {
  const auto store = Open();
  const auto log = LogOf(*store, "events");
  Reader reader = log->ReadFrom(0);
  StoredRecord record;
  EXPECT_FALSE(*reader.Next(record));
  AppendText(*log, "late");
  ASSERT_TRUE(*reader.Next(record));
  EXPECT_EQ(AsText(*record.value), "late");
  EXPECT_EQ(reader.offset(), 1);
}

TEST_F(StoreTest, OffsetsOutsideAreNamed) {
  const auto store = Open();
  const auto log = LogOf(*store, "events");
  StoredRecord record;
  Reader reader = log->ReadFrom(5);
  const auto beyond = reader.Next(record);
  EXPECT_TRUE(absl::IsOutOfRange(beyond.status())) << beyond.status();
  reader.SeekTo(0);
  EXPECT_FALSE(*reader.Next(record));
}

TEST_F(StoreTest, EverythingIsThereAfterClosingAndOpening) {
  {
    const auto store = Open();
    AppendText(*LogOf(*store, "one"), "1");
    AppendText(*LogOf(*store, "two"), "2");
    EXPECT_EQ(store->Close(), absl::OkStatus());
  }
  const auto store = Open();
  EXPECT_EQ(*store->ListLogs(), (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(store->notes().empty());
  EXPECT_EQ(ReadAll(*LogOf(*store, "one")), (std::vector<std::string>{"1"}));
  EXPECT_EQ(ReadAll(*LogOf(*store, "two")), (std::vector<std::string>{"2"}));
}

// The second start takes the logs over from the manifest, and every use of them works as before.
TEST_F(StoreTest, LogsTakenOverUnseenAreReadAndAppendedTo) {
  LogConfig config;
  config.segment_bytes = 4096;
  config.index_interval_bytes = 200;
  std::vector<std::string> expected;
  for (int round = 0; round < 3; ++round) {
    const auto store = Open();
    const auto log = LogOf(*store, "events", config);
    EXPECT_EQ(ReadAll(*log, 0, 500), expected);
    for (int i = 0; i < 100; ++i) {
      const int64_t number = std::ssize(expected);
      if (number > 0) {
        EXPECT_EQ(*log->FindTimestamp(number - 1), std::optional(number - 1));
      }
      expected.push_back(std::to_string(number) + std::string(60, 'x'));
      const NewRecord record{.timestamp = number, .value = AsBytes(expected.back())};
      ASSERT_TRUE(log->Append(record).ok());
    }
    EXPECT_EQ(ReadAll(*log, 0, 500), expected);
    EXPECT_EQ(store->Close(), absl::OkStatus());
    EXPECT_TRUE(std::filesystem::exists(path_ + "/varve-manifest"));
  }
}

TEST_F(StoreTest, ADeletedLogIsGoneAndItsNameIsFree) {
  const auto store = Open();
  const auto old = LogOf(*store, "events");
  AppendText(*old, "old");
  EXPECT_EQ(store->DeleteLog("events"), absl::OkStatus());
  EXPECT_TRUE(store->ListLogs()->empty());
  EXPECT_TRUE(absl::IsCancelled(old->Offsets().status()));
  EXPECT_TRUE(absl::IsNotFound(store->DeleteLog("events")));
  EXPECT_TRUE(ReadAll(*LogOf(*store, "events")).empty());
}

TEST_F(StoreTest, ALogOutlivesItsStoreAsAnError) {
  auto store = Open();
  const auto log = LogOf(*store, "events");
  EXPECT_EQ(store->Close(), absl::OkStatus());
  store.reset();
  EXPECT_TRUE(absl::IsCancelled(log->Flush()));
  const NewRecord record{.value = AsBytes("x")};
  EXPECT_TRUE(absl::IsCancelled(log->Append(record).status()));
  StoredRecord read;
  Reader reader = log->ReadFrom(0);
  EXPECT_TRUE(absl::IsCancelled(reader.Next(read).status()));
}

// In a process of its own, which exists before there are threads: a process does not keep itself
// out with this kind of lock.
TEST_F(StoreTest, ADirectoryHasOneOwner) {
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) std::_Exit(2);
    const auto second = Store::Open(path_);
    std::_Exit(absl::IsUnavailable(second.status()) ? 7 : 1);
  }
  const auto store = Open();
  ASSERT_EQ(::write(go[1], "x", 1), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  ::close(go[0]);
  ::close(go[1]);
}

TEST_F(StoreTest, OpeningTellsHowFarItHasCome) {
  constexpr size_t kLogs = 20;
  const pid_t child = ::fork();
  if (child == 0) {  // dies without closing
    const auto store = Store::Open(path_);
    if (!store.ok()) std::_Exit(1);
    for (size_t i = 0; i < kLogs; ++i) {
      const auto log = (*store)->OpenLog("log-" + std::to_string(i));
      const NewRecord record{.value = AsBytes("some text")};
      if (!log.ok() || !(*log)->Append(record).ok()) std::_Exit(2);
    }
    std::_Exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  for (const bool clean : {false, true}) {
    std::vector<OpenProgress> told;
    StoreOptions options;
    options.open_progress = [&](const OpenProgress& progress) { told.push_back(progress); };
    const auto store = Open(options);
    ASSERT_EQ(told.size(), kLogs);
    for (size_t i = 0; i < kLogs; ++i) {
      EXPECT_EQ(told[i].logs_ready, i + 1);
      EXPECT_EQ(told[i].logs, kLogs);
    }
    EXPECT_EQ(told.back().bytes_read > 0, !clean);
    EXPECT_EQ(store->ListLogs()->size(), kLogs);
    EXPECT_TRUE(store->Close().ok());
  }
}

TEST_F(StoreTest, BadNamesAndBadBatchesAreRefused) {
  const auto store = Open();
  for (const char* name : {"", ".", "..", "a/b", "a b", "\xc3\xa4"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(store->OpenLog(name).status())) << name;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(store->OpenLog(std::string(250, 'a')).status()));
  const auto log = LogOf(*store, "events");
  EXPECT_TRUE(absl::IsInvalidArgument(log->Append(std::span<const NewRecord>()).status()));
  record::BatchBuilder builder;
  builder.Append({.timestamp = 1, .value = AsBytes("x")});
  Buffer batch = builder.Build();
  batch.back() ^= std::byte{1};
  EXPECT_TRUE(absl::IsInvalidArgument(log->AppendBatch(batch).status()));
  batch.back() ^= std::byte{1};
  EXPECT_EQ(*log->AppendBatch(batch), 0);
}

TEST_F(StoreTest, TimesAreFound) {
  const auto store = Open();
  const auto log = LogOf(*store, "events");
  for (int64_t i = 0; i < 50; ++i) {
    const NewRecord record{.timestamp = 1000 + i * 10, .value = AsBytes("x")};
    ASSERT_TRUE(log->Append(record).ok());
  }
  EXPECT_EQ(*log->FindTimestamp(1234), std::optional<int64_t>(24));
  EXPECT_EQ(*log->FindTimestamp(5000), std::nullopt);
}

TEST_F(StoreTest, AppendsOfManyThreadsAreAllThereAndDurable) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  const auto store = Open();
  LogConfig config;
  config.flush_messages = 1;
  const auto log = LogOf(*store, "events", config);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) AppendText(*log, std::to_string(t));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto offsets = log->Offsets();
  EXPECT_EQ(offsets->end, kThreads * kEach);
  EXPECT_EQ(offsets->durable, kThreads * kEach);
  EXPECT_EQ(ReadAll(*log).size(), static_cast<size_t>(kThreads * kEach));
}

TEST_F(StoreTest, RetentionTakesTheOldest) {
  const auto store = Open();
  LogConfig config;
  config.segment_bytes = 1000;
  config.retention_bytes = 3000;
  const auto log = LogOf(*store, "events", config);
  for (int i = 0; i < 100; ++i) AppendText(*log, "some text that takes its room");
  EXPECT_EQ(log->Offsets()->start, 0);
  EXPECT_EQ(store->Maintain(), absl::OkStatus());
  const auto offsets = log->Offsets();
  EXPECT_GT(offsets->start, 0);
  EXPECT_EQ(offsets->end, 100);
  Reader reader = log->ReadFrom(0);
  StoredRecord record;
  EXPECT_TRUE(absl::IsOutOfRange(reader.Next(record).status()));
  EXPECT_EQ(ReadAll(*log, offsets->start).size(), static_cast<size_t>(100 - offsets->start));
}

TEST_F(StoreTest, CompactionLeavesTheLastOfEachKey) {
  LogConfig config;
  config.cleanup_compact = true;
  config.cleanup_delete = false;
  config.segment_bytes = 1000;
  config.flush_messages = 1;
  std::vector<std::string> reports;
  StoreOptions options;
  options.log_defaults = config;
  options.report = [&](const std::string& text) { reports.push_back(text); };
  auto store = Open(options);
  auto log = LogOf(*store, "table", config);
  for (int i = 0; i < 100; ++i) {
    const std::string key = std::to_string(i % 5);
    const std::string value = std::to_string(i);
    const NewRecord record{.timestamp = 1000, .key = AsBytes(key), .value = AsBytes(value)};
    ASSERT_TRUE(log->Append(record).ok());
  }
  EXPECT_EQ(store->Maintain(), absl::OkStatus());
  const std::vector<std::string> left = ReadAll(*log);
  EXPECT_LT(left.size(), 40u);
  EXPECT_EQ(std::vector<std::string>(left.end() - 5, left.end()),
            (std::vector<std::string>{"95", "96", "97", "98", "99"}));
  EXPECT_EQ(store->Close(), absl::OkStatus());
  store = Open(options);
  log = LogOf(*store, "table", config);
  EXPECT_EQ(ReadAll(*log), left);
  EXPECT_EQ(reports, std::vector<std::string>());
}

TEST_F(StoreTest, ACompactionThatFailsIsReported) {
  LogConfig config;
  config.cleanup_compact = true;
  config.segment_bytes = 1000;
  config.flush_messages = 1;
  std::vector<std::string> reports;
  StoreOptions options;
  options.report = [&](const std::string& text) { reports.push_back(text); };
  const auto store = Open(options);
  const auto log = LogOf(*store, "table", config);
  for (int i = 0; i < 100; ++i) AppendText(*log, "has no key");
  std::filesystem::resize_file(path_ + "/table-0/00000000000000000000.log", 50);
  EXPECT_TRUE(absl::IsDataLoss(store->Maintain()));
  EXPECT_EQ(store->Close(), absl::OkStatus());
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_NE(reports[0].find("table-0"), std::string::npos) << reports[0];
}

TEST_F(StoreTest, WhatIsAppendedBecomesDurableByItself) {
  StoreOptions options;
  options.undurable_max = std::chrono::milliseconds(1);
  const auto store = Open(options);
  const auto log = LogOf(*store, "events");
  AppendText(*log, "a");
  while (log->Offsets()->durable < 1) std::this_thread::yield();  // nobody asks for it
}

// A broker's directory after a crash: what the store does not open is not recovered either.
TEST_F(StoreTest, ADirectoryWithLogsLeftAloneIsNotMarkedClean) {
  std::filesystem::create_directories(path_ + "/orders-3");
  auto store = Open();
  EXPECT_EQ(store->Close(), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(path_ + "/.kafka_cleanshutdown"));
  std::filesystem::remove_all(path_ + "/orders-3");
  store = Open();
  EXPECT_EQ(store->Close(), absl::OkStatus());
  EXPECT_TRUE(std::filesystem::exists(path_ + "/.kafka_cleanshutdown"));
}

TEST_F(StoreTest, EpollServesAsWell) {
  const auto store = Open({.force_epoll = true});
  const auto log = LogOf(*store, "events");
  AppendText(*log, "a");
  EXPECT_EQ(log->Flush(), absl::OkStatus());
  EXPECT_EQ(ReadAll(*log), (std::vector<std::string>{"a"}));
}

}  // namespace
}  // namespace varve
