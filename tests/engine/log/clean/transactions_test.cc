#include <gtest/gtest.h>

#include "engine/record/end_marker.h"
#include "tests/engine/log/clean/clean_machine.h"

// Transactions in a compacted log, with producers and aborted transactions told by hand.
namespace varve::log::test {
namespace {

record::BatchOptions Of(int64_t producer, int32_t sequence) {
  return {.transactional = true,
          .producer_id = producer,
          .producer_epoch = 0,
          .base_sequence = sequence};
}

Buffer Data(const std::vector<std::string>& records, int64_t producer, int32_t sequence) {
  return Keyed(records, 1000, Of(producer, sequence));
}

Buffer Marker(int64_t producer, bool commit) {
  return record::BuildEndMarker(producer, 0, {.commit = commit}, 1000);
}

TxnIndexEntry Aborted(int64_t producer, int64_t first, int64_t last) {
  return MakeTxnIndexEntry({producer, first}, last, last + 1);
}

// One segment a test, and one more to close it. A day passes between cleanings.
struct Transactions : CleanMachine {
  Transactions() : CleanMachine({.delete_retention_ms = 1000}) {}
  std::string CleanAndShow(CleanerInputs inputs = {}) {
    log->set_cleaned_up_to(std::nullopt);
    const auto cleaned = Clean(std::move(inputs));
    EXPECT_TRUE(cleaned.ok()) << cleaned.status();
    return ShowLog();
  }
  void Wait() { world.RunFor(std::chrono::seconds(2)); }
  // Entries of the transaction index of the first segment.
  std::string Index() {
    const Buffer file = Content(0, FileKind::kTransactionIndex);
    const auto entries = ParseTxnIndex(file, 0, log->active_base());
    if (!entries.ok()) return entries.status().ToString();
    std::string text;
    for (const TxnIndexEntry& entry : *entries) {
      text += fmt::format("{}:{}-{} ", int64_t{entry.producer_id}, int64_t{entry.first_offset},
                          int64_t{entry.last_offset});
    }
    return text;
  }
  std::string Horizon() { return fmt::format("~{}", loop->clock().WallMillis() + 1000); }
};

TEST(CleanTransactions, AMarkerOutlivesItsData) {
  Transactions m;
  m.PutBatch(Data({"a=1", "b=1"}, 1, 0));
  m.PutBatch(Marker(1, true));
  m.Put({"b=2"});
  m.PutInNext({"z=1"});
  EXPECT_EQ(m.CleanAndShow(), "0:a=1 2:commit 3:b=2 4:z=1");
  m.PutInNext({"a=2"});
  m.PutInNext({"z=2"});
  // The last batch of the transaction goes; that it is gone, the next cleaning sees.
  EXPECT_EQ(m.CleanAndShow(), "2:commit 3:b=2 4:z=1 5:a=2 6:z=2");
  const std::string marked = m.CleanAndShow();
  EXPECT_EQ(marked.substr(0, marked.find('~')), "2:commit");
  EXPECT_EQ(m.CleanAndShow(), marked);  // its horizon has not passed yet
  m.Wait();
  EXPECT_EQ(m.CleanAndShow(), "3:b=2 4:z=1 5:a=2 6:z=2");
}

// The snapshot of producers where the marker's segment begins tells of the transaction: a recovery
// that reads the segment has to find its end.
TEST(CleanTransactions, AMarkerStaysWhoseTransactionBeganInAnotherSegment) {
  CleanMachine m({.segment_bytes = 300, .delete_retention_ms = 1000});
  m.PutBatch(Data({"a=1"}, 1, 0));
  m.Put({"b=1"});
  m.Put({"c=1"});
  const int64_t marker = m.PutBatchInNext(Marker(1, true));
  m.Put({"a=2"});
  m.Put({"d=1"});
  m.PutInNext({"z=1"});
  EXPECT_TRUE(m.Flush().ok());
  for (int cleaning = 0; cleaning < 3; ++cleaning) {
    m.log->set_cleaned_up_to(std::nullopt);
    EXPECT_TRUE(m.Clean().ok());
    m.world.RunFor(std::chrono::seconds(2));
  }
  EXPECT_EQ(m.log->segment_count(), 3u);
  EXPECT_EQ(m.ShowLog().find("a=1"), std::string::npos) << m.ShowLog();
  m.arguments.recovery_point = marker + 1;  // what begins with the marker is read
  m.Reopen(Stop::kProcess);
  m.log->AdvanceHighWatermark(m.log->offsets().end);
  EXPECT_EQ(m.log->offsets().last_stable, m.log->offsets().end);
}

TEST(CleanTransactions, AbortedDataGoesAtOnce) {
  Transactions m;
  m.PutBatch(Data({"a=1"}, 1, 0));
  m.PutBatch(Data({"b=1"}, 2, 0));
  m.PutBatch(Data({"c=1"}, 1, 1));
  m.PutBatch(Marker(1, false));
  m.PutBatch(Marker(2, true));
  m.PutBatch(Data({"a=2"}, 1, 2));
  m.PutBatch(Marker(1, true));
  m.PutInNext({"z=1"});
  const CleanerInputs inputs{.producers = {}, .aborted = {Aborted(1, 0, 3)}};
  // The marker stays while batches of its transaction were there, with its entry of the index.
  EXPECT_EQ(m.CleanAndShow(inputs), "1:b=1 3:abort 4:commit 5:a=2 6:commit 7:z=1");
  EXPECT_EQ(m.Index(), "1:0-3 ");
  const std::string second = m.CleanAndShow(inputs);
  EXPECT_TRUE(second.starts_with("1:b=1 3:abort~")) << second;
  EXPECT_EQ(m.Index(), "");
  m.Wait();
  EXPECT_EQ(m.CleanAndShow(), "1:b=1 4:commit 5:a=2 6:commit 7:z=1");
}

TEST(CleanTransactions, AbortedKeysDoNotShadowOthers) {
  Transactions m;
  m.Put({"a=1"});
  m.PutBatch(Data({"a=2", "a="}, 1, 0));
  m.PutBatch(Marker(1, false));
  m.PutInNext({"z=1"});
  const CleanerInputs inputs{.producers = {}, .aborted = {Aborted(1, 1, 3)}};
  EXPECT_EQ(m.CleanAndShow(inputs), "0:a=1 3:abort 4:z=1");
}

TEST(CleanTransactions, AMarkerIsNoKey) {
  Transactions m;
  for (int i = 0; i < 3; ++i) {
    m.PutBatch(Data({"k" + std::to_string(i) + "=1"}, 1, i));
    m.PutBatch(Marker(1, true));
  }
  m.PutInNext({"z=1"});
  EXPECT_EQ(m.CleanAndShow(), "0:k0=1 1:commit 2:k1=1 3:commit 4:k2=1 5:commit 6:z=1");
}

// A batch that stays for its sequence alone keeps the marker of its transaction, and the entry of
// the index, as long as it stays.
TEST(CleanTransactions, AnEmptyBatchOfAnAbortedTransactionKeepsItsMarker) {
  Transactions m;
  m.PutBatch(Data({"a=1"}, 1, 0));
  m.PutBatch(Data({"a=2"}, 1, 1));
  m.PutBatch(Marker(1, false));
  m.PutInNext({"z=1"});
  CleanerInputs inputs{.producers = {{1, {.last_data_offset = 1, .epoch = 0}}},
                       .aborted = {Aborted(1, 0, 2)}};
  EXPECT_EQ(m.CleanAndShow(inputs), "[1-1] 2:abort 3:z=1");
  m.Wait();
  EXPECT_EQ(m.CleanAndShow(inputs), "[1-1] 2:abort 3:z=1");
  EXPECT_EQ(m.Index(), "1:0-2 ");
  inputs.producers.clear();
  EXPECT_EQ(m.CleanAndShow(inputs), "2:abort 3:z=1");
  const std::string marked = m.CleanAndShow(inputs);
  m.Wait();
  // Without a horizon passed nothing goes, and the last offset of the output stays known.
  EXPECT_TRUE(marked.starts_with("2:abort~")) << marked;
  EXPECT_EQ(m.CleanAndShow(), "[2-2] 3:z=1");
}

TEST(CleanTransactions, AMarkerThatIsAllOfAProducerStays) {
  Transactions m;
  m.PutBatch(Marker(1, true));
  m.Put({"a=1"});
  m.PutInNext({"z=1"});
  CleanerInputs inputs{.producers = {{1, {.last_data_offset = std::nullopt, .epoch = 0}}},
                       .aborted = {}};
  EXPECT_TRUE(m.CleanAndShow(inputs).starts_with("0:commit~"));
  m.Wait();
  EXPECT_EQ(m.CleanAndShow(inputs), "[0-0] 1:a=1 2:z=1");
  EXPECT_EQ(m.CleanAndShow(inputs), "[0-0] 1:a=1 2:z=1");
  EXPECT_EQ(m.CleanAndShow(), "1:a=1 2:z=1");
}

// Batches of one record each by one producer, with sequences that begin anew.
TEST(CleanTransactions, BatchesAreEmptiedAndGoWhenTheirSequencesAreOld) {
  Transactions m;
  const auto put = [&](std::string record, int32_t sequence) {
    m.PutBatch(Keyed({std::move(record)}, 1000,
                     {.producer_id = 1, .producer_epoch = 0, .base_sequence = sequence}));
  };
  put("1=1", 0);
  put("2=2", 1);
  put("1=3", 2);
  put("2=4", 3);
  put("3=5", 4);
  m.PutInNext({"z=1"});
  CleanerInputs inputs{.producers = {{1, {.last_data_offset = 4, .epoch = 0}}}, .aborted = {}};
  EXPECT_EQ(m.CleanAndShow(inputs), "2:1=3 3:2=4 4:3=5 5:z=1");
  m.PutInNext({"3=6"});
  m.PutInNext({"z=2"});
  EXPECT_EQ(m.CleanAndShow(inputs), "2:1=3 3:2=4 [4-4] 5:z=1 6:3=6 7:z=2");
  EXPECT_EQ(m.CleanAndShow(), "2:1=3 3:2=4 5:z=1 6:3=6 7:z=2");
}

}  // namespace
}  // namespace varve::log::test
