#include <gtest/gtest.h>

#include "engine/base/status.h"
#include "engine/record/end_marker.h"
#include "tests/engine/log/clean/clean_machine.h"
#include "tests/engine/log/index_check.h"

// A machine that stops at each disk operation of a cleaning and its exchange.
namespace varve::log::test {
namespace {

using io::SimCrash;

struct CrashMachine : CleanMachine {
  explicit CrashMachine(uint64_t seed)
      : CleanMachine(
            {.segment_bytes = 3000, .index_interval_bytes = 100, .file_delete_delay_ms = 10},
            {.seed = seed}) {
    options.io_buffer_bytes = 0;
    Put({"a=1", "b=1", "c=1"});
    PutBatch(Keyed({"d=1"}, 1000, Transactional()));
    PutBatch(record::BuildEndMarker(1, 0, {.commit = false}, 1000));
    for (int i = 0; i < 6; ++i) PutInNext({"a=" + std::to_string(i), "c=", "e=1"});
    PutInNext({"a=9", "z=9"});
    PutInNext({"y=1"});
    IgnoreError(Flush());
    disk().SyncAll();
    inputs.aborted = {MakeTxnIndexEntry({1, 3}, 4, 5)};
    inputs.producers[1] = {.last_data_offset = 3, .epoch = 0};
  }
  static record::BatchOptions Transactional() {
    return {.transactional = true, .producer_id = 1, .producer_epoch = 0, .base_sequence = 0};
  }

  std::string Leftover() {
    const auto names = disk().Names("t-0");
    for (const std::string& name : *names) {
      for (const char* suffix : {".cleaned", ".swap", ".deleted"}) {
        if (name.ends_with(suffix)) return name;
      }
    }
    return "";
  }

  CleanerInputs inputs;
};

// Horizons depend on the time of the cleaning.
std::string WithoutHorizons(std::string text) {
  for (size_t at = 0; (at = text.find('~', at)) != std::string::npos;) {
    text.erase(at, text.find_first_of(' ', at) - at);
  }
  return text;
}

// The aborted transactions that the first segment's index lists.
size_t AbortedOf(CrashMachine& m) {
  return m.Content(0, FileKind::kTransactionIndex).size() / sizeof(TxnIndexEntry);
}

struct Crashed {
  SimCrash kind;
  Stop stop;
  int64_t recovery_point;
};

// False once the cleaning ends before the n-th operation.
bool CrashAt(uint64_t n, const Crashed& how, const std::string& before, const std::string& after) {
  CrashMachine m(n);
  m.disk().CrashAtOperation(n, how.kind);
  const auto cleaned = m.Clean(m.inputs);
  if (!m.disk().crashed()) {
    EXPECT_TRUE(cleaned.ok()) << cleaned.status();
    m.disk().Crash(how.kind);
  }
  const bool crashed = !cleaned.ok();
  m.Leave(how.kind);
  m.arguments.stop = how.stop;
  m.arguments.recovery_point = how.recovery_point;
  // The start after it crashes, too, and the next one.
  for (uint64_t again = 1 + n % 7; again < 20; again += 7) {
    m.disk().CrashAtOperation(again, how.kind);
    const bool opened = m.TryOpen().ok();
    m.Leave(how.kind);
    if (opened) break;
  }
  m.disk().CrashAtOperation(0, how.kind);
  m.Open();
  const std::string found = WithoutHorizons(m.ShowLog());
  EXPECT_TRUE(found == before || found == after) << found;
  EXPECT_TRUE(found != after || AbortedOf(m) == 1);
  EXPECT_TRUE(crashed || found == after);
  EXPECT_EQ(m.Leftover(), "");
  EXPECT_EQ(CheckIndexFiles(m.disk(), "t-0"), "");
  EXPECT_EQ(m.log->offsets().end, 26);
  EXPECT_FALSE(m.Met(Row::kLostTail));
  // Once more, to its end.
  m.log->set_cleaned_up_to(std::nullopt);
  EXPECT_TRUE(m.Clean(m.inputs).ok());
  EXPECT_EQ(WithoutHorizons(m.ShowLog()), after);
  return crashed;
}

TEST(CleanCrash, EveryOperationLeavesTheLogBeforeOrAfter) {
  CrashMachine whole(1);
  const std::string before = WithoutHorizons(whole.ShowLog());
  ASSERT_TRUE(whole.Clean(whole.inputs).ok());
  const std::string after = WithoutHorizons(whole.ShowLog());
  ASSERT_NE(before, after);
  const Crashed kinds[] = {{SimCrash::kProcess, Stop::kProcess, 0},
                           {SimCrash::kProcess, Stop::kProcess, 25},
                           {SimCrash::kPower, Stop::kMachine, 0},
                           {SimCrash::kPower, Stop::kMachine, 10},
                           {SimCrash::kPower, Stop::kMachine, 25}};
  for (const Crashed& how : kinds) {
    uint64_t n = 1;
    for (; n < 1000; ++n) {
      SCOPED_TRACE(fmt::format("operation {}, stop {}, recovery point {}", n,
                               static_cast<int>(how.stop), how.recovery_point));
      const bool crashed = CrashAt(n, how, before, after);
      if (HasFailure()) return;
      if (!crashed) break;
    }
    EXPECT_GT(n, 60u);
  }
}

}  // namespace
}  // namespace varve::log::test
