#pragma once

#include "tests/engine/log/log_machine.h"

namespace varve::log::test {

inline constexpr size_t kBytes = 100;

// A log whose process died: batches of 100 bytes, three a segment, with times 1000, 1001, ...;
// and ways to damage it before the next one opens it.
struct Damaged : LogMachine {
  explicit Damaged(int batches, uint64_t seed = 1)
      : LogMachine({.segment_bytes = 300, .index_interval_bytes = 50}, {.seed = seed}) {
    Open();
    for (int i = 0; i < batches; ++i) EXPECT_TRUE(Append(BatchOfSize(kBytes, 1000 + i)).ok());
    Leave();
    disk().SyncAll();
    arguments.stop = Stop::kProcess;
  }
  void Flip(int64_t base, uint64_t position) {
    ASSERT_TRUE(disk().FlipBit(Path(base, FileKind::kLog), position, 3).ok());
  }
  void Put(int64_t base, FileKind kind, Bytes content, FileState state = FileState::kPlain) {
    ASSERT_TRUE(disk().Put(Path(base, kind, state), content).ok());
  }
  void Cut(int64_t base, uint64_t size) {
    Buffer content = Content(base, FileKind::kLog);
    content.resize(size);
    Put(base, FileKind::kLog, content);
  }
  void Remove(const std::string& path) {
    ASSERT_TRUE(Run(loop->disk().Remove(path)).ok());
    disk().SyncAll();
  }
  bool LostTail() const { return log->open_report().may_have_lost_tail; }
};

}  // namespace varve::log::test
