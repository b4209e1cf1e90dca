#include <gtest/gtest.h>

#include "tests/engine/log/clean/clean_machine.h"

// Logs that were compacted, and are cut then.
namespace varve::log::test {
namespace {

// Offsets 0 to 5, of which compaction leaves 0, 3 and 5; the active segment holds 6.
struct Gapped : CleanMachine {
  Gapped() {
    Put({"a=1"});
    Put({"b=1"});
    Put({"c=1"});
    Put({"b=2"});
    Put({"c=2"});
    Put({"c=3"});
    PutInNext({"z=1"});
    EXPECT_TRUE(Flush().ok());
    EXPECT_TRUE(Clean().ok());
    EXPECT_EQ(ShowLog(), "0:a=1 3:b=2 5:c=3 6:z=1");
  }
  int64_t EndOf(int64_t offset) {
    const auto end = Run(log->TruncateTo(offset));
    EXPECT_TRUE(end.ok()) << end.status();
    return end.value_or(-1);
  }
};

TEST(CleanTruncate, ACutInAGapEndsWhereTheBatchesDo) {
  for (const int64_t offset : {1, 2, 3}) {
    Gapped m;
    EXPECT_EQ(m.EndOf(offset), 1);
    EXPECT_EQ(m.log->offsets().end, 1);
    EXPECT_EQ(m.Put({"d=1"}), 1);
  }
  Gapped m;
  EXPECT_EQ(m.EndOf(5), 4);
}

// Offsets that are missing between two segments look like a lost tail to a recovery that does not
// know better.
TEST(CleanTruncate, WhatIsAppendedBehindAGapSurvivesAPowerLoss) {
  for (const int64_t offset : {1, 2, 3, 4, 5, 6}) {
    SCOPED_TRACE(offset);
    Gapped m;
    m.EndOf(offset);
    m.Put({"d=1"});
    m.Put({"e=1"});
    ASSERT_TRUE(m.Flush().ok());
    const std::string before = m.ShowLog();
    m.arguments.recovery_point = 0;  // an old checkpoint
    m.Reopen(Stop::kMachine);
    EXPECT_EQ(m.ShowLog(), before);
    EXPECT_FALSE(m.Met(Row::kLostTail));
  }
}

TEST(CleanTruncate, WhatComesBehindTheCutIsCompactedToo) {
  Gapped m;
  EXPECT_EQ(m.log->cleaned_up_to(), 6);
  EXPECT_EQ(m.EndOf(1), 1);
  EXPECT_LE(*m.log->cleaned_up_to(), 1);
  m.Put({"a=2"});
  m.Put({"a=3"});
  for (int i = 0; i < 8; ++i) m.Put({"y=1"});
  m.PutInNext({"z=2"});
  ASSERT_TRUE(m.Clean().ok());
  EXPECT_EQ(m.ShowLog(), "2:a=3 10:y=1 11:z=2");
}

}  // namespace
}  // namespace varve::log::test
