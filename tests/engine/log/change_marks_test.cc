#include "engine/log/change_marks.h"

#include <gtest/gtest.h>

#include "tests/engine/log/machine.h"

namespace varve::log::test {
namespace {

const ChangeList kList{0xdeadbeef, 77, {"a.b_c-d-12", "x-0"}};

TEST(ChangeList, ComesBackAsItWasWritten) {
  const auto list = ParseChanges(FormatChanges(kList));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(*list, kList);
}

TEST(ChangeList, AnyOtherByteIsNoticed) {
  const std::string text = FormatChanges(kList);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto list = ParseChanges(changed);
    // Without its end, the last line is one that is still to come.
    EXPECT_TRUE(absl::IsDataLoss(list.status()) || i + 1 == text.size()) << "byte " << i;
  }
}

TEST(ChangeList, ALastLineThatIsCutShortCountsForNothing) {
  const std::string whole = FormatChanges(kList);
  const std::string text = whole + FormatChange("y-0");
  for (size_t size = whole.size(); size < text.size(); ++size) {
    const auto list = ParseChanges(text.substr(0, size));
    ASSERT_TRUE(list.ok()) << size;
    EXPECT_EQ(*list, kList);
  }
}

class ChangeMarksTest : public ::testing::Test {
 protected:
  ChangeMarksTest() {
    EXPECT_TRUE(m_.disk().Put("d/manifest", AsBytes("as left")).ok());
    marks_ = std::make_unique<ChangeMarks>(*m_.loop, "d/changed", "d/manifest");
  }
  ~ChangeMarksTest() override { marks_.reset(); }

  absl::Status Begin() { return m_.Run(marks_->Begin({1, 2, {}})); }
  absl::Status Mark(std::string name) { return m_.Run(marks_->Mark(*m_.loop, std::move(name))); }
  // What the next process finds after this one was stopped like that.
  std::set<std::string> FoundAfter(io::SimCrash kind) {
    m_.disk().Crash(kind);
    marks_.reset();
    m_.Restart();
    marks_ = std::make_unique<ChangeMarks>(*m_.loop, "d/changed", "d/manifest");
    const auto list = m_.Run(marks_->Read());
    EXPECT_TRUE(list.ok() && *list) << list.status();
    return (*list)->directories;
  }
  bool ManifestThere() { return m_.disk().Exists("d/manifest"); }

  using Names = std::set<std::string>;
  Machine m_;
  std::unique_ptr<ChangeMarks> marks_;
};

TEST_F(ChangeMarksTest, ANameIsDurableWhenItIsMarked) {
  ASSERT_TRUE(Begin().ok());
  EXPECT_TRUE(Mark("a-0").ok());
  EXPECT_TRUE(Mark("b-1").ok());
  EXPECT_EQ(FoundAfter(io::SimCrash::kPower), (Names{"a-0", "b-1"}));
}

io::Task<void> MarkOne(ChangeMarks& marks, io::Loop& loop, int number, int& done) {
  std::string name = "t-" + std::to_string(number);
  const absl::Status marked = co_await marks.Mark(loop, std::move(name));
  if (marked.ok()) ++done;
}

io::Task<int> MarkMany(ChangeMarks& marks, io::Loop& loop, int count) {
  int done = 0;
  io::Gate gate(loop);
  for (int i = 0; i < count; ++i) gate.Spawn(MarkOne(marks, loop, i, done));
  co_await gate.Close();
  co_return done;
}

TEST_F(ChangeMarksTest, CallsThatOverlapShareASync) {
  ASSERT_TRUE(Begin().ok());
  const uint64_t before = m_.disk().operations();
  EXPECT_EQ(m_.Run(MarkMany(*marks_, *m_.loop, 100)), 100);
  EXPECT_LE(m_.disk().operations() - before, 6U);
  EXPECT_EQ(FoundAfter(io::SimCrash::kPower).size(), 100U);
}

TEST_F(ChangeMarksTest, WithoutRoomForANameTheManifestGoes) {
  ASSERT_TRUE(Begin().ok());
  m_.disk().Inject({.call = io::SimCall::kAppend, .kind = io::SimFault::kNoSpace});
  EXPECT_TRUE(Mark("a-0").ok());
  EXPECT_FALSE(ManifestThere());
  EXPECT_TRUE(Mark("b-0").ok());  // needs no name any more
  FoundAfter(io::SimCrash::kPower);
  EXPECT_FALSE(ManifestThere());
}

TEST_F(ChangeMarksTest, WithoutRoomForTheListTheManifestGoes) {
  m_.disk().Inject({.call = io::SimCall::kAppend, .kind = io::SimFault::kNoSpace});
  EXPECT_TRUE(Begin().ok());
  EXPECT_FALSE(ManifestThere());
}

TEST_F(ChangeMarksTest, OnAFailingDeviceNothingMayChange) {
  ASSERT_TRUE(Begin().ok());
  m_.disk().Inject({.times = io::SimFault::kForever});
  EXPECT_TRUE(absl::IsDataLoss(Mark("a-0")));
  EXPECT_TRUE(absl::IsDataLoss(Mark("a-0")));
}

}  // namespace
}  // namespace varve::log::test
