#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "engine/record/end_marker.h"
#include "tests/engine/log/log_machine.h"

namespace varve::log::test {

// A log with producers that number their batches.
//
//   Producing m;
//   m.Send(1);                // producer 1: sequence 0, offset 0
//   m.Begin(2, 3);            // producer 2 writes 3 records in a transaction
//   m.End(2, false);          // which is aborted
struct Producing : LogMachine {
  explicit Producing(Config config = {}, io::SimOptions options = {})
      : LogMachine(config, options) {
    Open();
  }

  // Base offset, or what was refused: "out of order", or the code of the error.
  std::string Try(Buffer batch) { return Show(Append(std::move(batch))); }
  static std::string Show(const absl::StatusOr<Appended>& appended) {
    if (appended.ok()) return fmt::format("{}", appended->base_offset);
    static constexpr const char* kFaults[] = {"out of order", "old epoch", "bad transaction",
                                              "fenced", "too many"};
    const auto fault = ProducerFaultOf(appended.status());
    return fault ? kFaults[static_cast<int>(*fault)]
                 : absl::StatusCodeToString(appended.status().code());
  }

  FromProducer Next(int64_t id, int count = 1, bool transactional = false) {
    const int32_t sequence = sequences[id];
    return {id, 0, sequence, count, transactional, NowMs()};
  }
  void Send(int64_t id, int count = 1) { Write(Next(id, count)); }
  void Begin(int64_t id, int count = 1) { Write(Next(id, count, true)); }
  void End(int64_t id, bool commit) { EXPECT_TRUE(Append(Marker(id, commit)).ok()); }
  Buffer Marker(int64_t id, bool commit, int32_t coordinator = 0) {
    return record::BuildEndMarker(id, 0, {commit, coordinator}, NowMs());
  }
  void Write(const FromProducer& from) {
    const auto appended = Append(ProducedBatch(from));
    EXPECT_TRUE(appended.ok()) << appended.status();
    sequences[from.id] = from.sequence + from.count;
  }

  // "id@first offset" of each.
  std::string Aborted(int64_t from, int64_t upper) {
    const auto found = Run(log->AbortedTransactions(from, upper));
    EXPECT_TRUE(found.ok()) << found.status();
    std::string text;
    for (const AbortedTransaction& one : *found) {
      if (!text.empty()) text += ' ';
      text += fmt::format("{}@{}", one.producer_id, one.first_offset);
    }
    return text;
  }
  void Replicate() { log->AdvanceHighWatermark(log->offsets().end); }
  int64_t Stable() const { return log->offsets().last_stable; }
  // All that a snapshot would say.
  std::string State() const { return Hex(FormatProducerSnapshot(log->producers().Snapshot())); }
  std::vector<std::string> Names() {
    return disk().Names("t-0").value_or(std::vector<std::string>());
  }
  // Replaces the content of all files whose names end so.
  void Spoil(const std::string& suffix) {
    for (const std::string& name : Names()) {
      if (!name.ends_with(suffix)) continue;
      ASSERT_TRUE(disk().Put("t-0/" + name, AsBytes("x")).ok());
    }
  }
  // Offsets of the snapshot files.
  std::string Snapshots() {
    std::string text;
    for (const std::string& name : Names()) {
      const auto file = ParseFileName(name);
      if (!file || file->kind != FileKind::kSnapshot) continue;
      text += fmt::format("{}{}", text.empty() ? "" : " ", file->base_offset);
    }
    return text;
  }
  std::vector<TxnIndexEntry> TxnFile(int64_t base) {
    const auto entries =
        ParseTxnIndex(Content(base, FileKind::kTransactionIndex), base, log->offsets().end);
    EXPECT_TRUE(entries.ok()) << entries.status();
    return *entries;
  }

  int64_t NowMs() { return fixed_ms > 0 ? fixed_ms : loop->clock().WallMillis(); }

  std::map<int64_t, int32_t> sequences;
  int64_t fixed_ms = 0;  // the time of all batches, if set
};

}  // namespace varve::log::test
