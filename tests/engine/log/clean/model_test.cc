#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine/base/status.h"
#include "engine/record/end_marker.h"
#include "tests/engine/log/clean/clean_machine.h"
#include "tests/engine/log/index_check.h"

// Random logs against a model of the rules: which records a cleaning leaves, and that whoever reads
// meanwhile misses none of them.
namespace varve::log::test {
namespace {

using record::BatchView;
using record::RecordView;

constexpr int64_t kRetentionMs = 3'600'000;

struct ModelRecord {
  int64_t batch = 0;  // base offset
  std::string key;
  std::optional<std::string> value;
  int64_t timestamp = 0;
  bool aborted = false;
};
// By offset.
using Records = std::map<int64_t, ModelRecord>;

Records RecordsOf(Bytes batches) {
  Records found;
  for (; !batches.empty(); batches = batches.subspan(BatchView(batches).size_bytes())) {
    const BatchView batch(batches.first(BatchView(batches).size_bytes()));
    EXPECT_EQ(batch.crc(), batch.ComputeCrc());
    if (batch.is_control()) continue;
    const auto plain = record::PlainRecords::Open(batch, 1 << 20);
    record::RecordIterator records(batch, plain->bytes());
    for (RecordView record; records.Next(record);) {
      ModelRecord& into = found[record.offset];
      into = {batch.base_offset(), std::string(AsText(*record.key)), std::nullopt,
              record.timestamp};
      if (record.value) into.value = std::string(AsText(*record.value));
    }
    EXPECT_TRUE(records.status().ok());
  }
  return found;
}

class ModelRun {
 public:
  explicit ModelRun(uint64_t seed)
      : random_(seed),
        m_({.segment_bytes = 600 + static_cast<int64_t>(random_.Below(2000)),
            .index_interval_bytes = static_cast<int32_t>(random_.Below(300)),
            .file_delete_delay_ms = 1000,
            .delete_retention_ms = kRetentionMs},
           {.seed = seed}) {
    m_.options.io_buffer_bytes = random_.OneIn(2) ? 0 : 65536;
  }

  void Run() {
    for (int round = 0; round < 4; ++round) {
      for (int i = 0; i < 40; ++i) AppendSomething();
      if (random_.OneIn(3)) m_.options.map_bytes_max = KeyMap::kSlotBytes * (2 + random_.Below(20));
      Clean();
      if (testing::Test::HasFailure()) return;
      if (random_.OneIn(2)) m_.world.RunFor(std::chrono::hours(2));
    }
    const std::string before = m_.ShowLog();
    m_.world.RunFor(std::chrono::seconds(2));
    EXPECT_EQ(CheckIndexFiles(m_.disk(), "t-0"), "");
    m_.Reopen(random_.OneIn(2) ? Stop::kClean : Stop::kProcess);
    EXPECT_EQ(m_.ShowLog(), before);
  }

 private:
  Buffer RandomBatch(record::BatchOptions options, std::vector<ModelRecord>& records) {
    options.codec = static_cast<record::Codec>(random_.Below(record::kCodecCount));
    record::BatchBuilder builder(options);
    const size_t count = 1 + random_.Below(5);
    for (size_t i = 0; i < count; ++i) {
      ModelRecord& record = records.emplace_back();
      record.key = "key" + std::to_string(random_.Below(25));
      record.timestamp = static_cast<int64_t>(1000 + random_.Below(1000));
      if (!random_.OneIn(4)) record.value = std::to_string(random_.Next());
      record::RecordFields fields{.timestamp = record.timestamp, .key = AsBytes(record.key)};
      if (record.value) fields.value = AsBytes(*record.value);
      builder.Append(fields);
    }
    return builder.Build();
  }

  void Note(int64_t base, std::vector<ModelRecord> records) {
    for (ModelRecord& record : records) {
      record.batch = base;
      record.aborted = false;
      const auto offset = static_cast<int64_t>(base + (&record - records.data()));
      records_[offset] = record;
    }
  }

  void AppendSomething() {
    std::vector<ModelRecord> records;
    if (!random_.OneIn(6)) {
      Buffer batch = RandomBatch({}, records);
      Note(m_.PutBatch(std::move(batch)), records);
      return;
    }
    // A whole transaction, with somebody else's batch in the middle.
    const auto producer = static_cast<int64_t>(random_.Below(3));
    const record::BatchOptions options{.transactional = true,
                                       .producer_id = producer,
                                       .producer_epoch = 0,
                                       .base_sequence = sequences_[producer]};
    Buffer batch = RandomBatch(options, records);
    sequences_[producer] += static_cast<int32_t>(records.size());
    const size_t count = records.size();
    const int64_t first = m_.PutBatch(std::move(batch));
    Note(first, std::move(records));
    records.clear();
    if (random_.OneIn(2)) {
      Buffer other = RandomBatch({}, records);
      Note(m_.PutBatch(std::move(other)), records);
    }
    const bool commit = random_.OneIn(2);
    const int64_t end = m_.PutBatch(record::BuildEndMarker(producer, 0, {.commit = commit}, 1000));
    if (commit) return;
    inputs_.aborted.push_back(MakeTxnIndexEntry({producer, first}, end, end + 1));
    for (size_t i = 0; i < count; ++i) records_[first + static_cast<int64_t>(i)].aborted = true;
  }

  // What the rules leave, if a cleaning of everything below `end` began `now`. Tombstones of the
  // batches in horizons_ have had their time.
  void Apply(int64_t end, int64_t last_closed, int64_t now_ms) {
    std::map<std::string, int64_t> last;
    for (const auto& [offset, record] : records_) {
      if (!record.aborted && offset < end) last[record.key] = offset;
    }
    std::erase_if(records_, [&](const auto& entry) {
      const auto& [offset, record] = entry;
      if (record.aborted && record.batch < last_closed) return true;
      if (offset >= end) return false;
      const auto horizon = horizons_.find(record.batch);
      const bool over = horizon != horizons_.end() && horizon->second <= now_ms;
      return last[record.key] != offset || (!record.value && over);
    });
    for (const auto& [offset, record] : records_) {
      if (record.batch < end && !record.value) {
        horizons_.try_emplace(record.batch, now_ms + kRetentionMs);
      }
    }
  }

  void Compare(const Records& found) const {
    for (const auto& [offset, record] : records_) {
      const auto at = found.find(offset);
      ASSERT_TRUE(at != found.end()) << "offset " << offset << " of " << record.key << " is gone";
      EXPECT_EQ(at->second.key, record.key);
      EXPECT_EQ(at->second.value, record.value);
      EXPECT_EQ(at->second.timestamp, record.timestamp);
    }
  }

  io::Task<void> CleanBeside(absl::StatusOr<CleanerReport>& report) {
    report = co_await m_.CleanTask(inputs_);
    cleaning_ = false;
  }

  // Reads the whole log again and again, in small steps.
  io::Task<void> ReadBeside(std::vector<Buffer>& scans) {
    while (cleaning_) {
      Buffer all;
      const int64_t end = m_.log->offsets().end;
      for (int64_t offset = 0; offset < end;) {
        const auto read = co_await m_.log->Read(offset, 500, end, true);
        EXPECT_TRUE(read.ok()) << read.status();
        if (!read.ok() || read->range.size == 0) break;
        Buffer bytes(read->range.size);
        const auto got = co_await read->range.file->Read(read->range.position, bytes);
        EXPECT_TRUE(got.ok() && *got == bytes.size());
        Bytes rest(bytes);
        while (record::PeekBatch(rest).kind == record::Peek::Kind::kBatch) {
          const Bytes batch = rest.first(BatchView(rest).size_bytes());
          EXPECT_GE(BatchView(batch).last_offset(), offset);
          offset = BatchView(batch).next_offset();
          varve::Append(all, batch);
          rest = rest.subspan(batch.size());
        }
      }
      scans.push_back(std::move(all));
    }
  }

  void Clean() {
    const Records before = records_;
    const int64_t now_ms = m_.loop->clock().WallMillis();
    const int64_t last_closed = ClosedBelow();
    absl::StatusOr<CleanerReport> report = absl::UnknownError("not run");
    std::vector<Buffer> scans;
    cleaning_ = true;
    {
      io::Gate gate(*m_.loop);
      gate.Spawn(CleanBeside(report));
      gate.Spawn(ReadBeside(scans));
      m_.Machine::Run(gate.Close());
    }
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_LE(report->map_bytes, m_.options.map_bytes_max);
    // Segments that the map did not reach are not touched.
    int64_t touched = last_closed;
    for (const Log::ClosedSegment& closed : m_.log->closed_segments()) {
      if (closed.segment->base_offset() >= report->cleaned_up_to) {
        touched = std::min(touched, closed.segment->base_offset());
      }
    }
    Apply(report->cleaned_up_to, touched, now_ms);
    const Records found = RecordsOf(m_.ReadBytes());
    EXPECT_EQ(found.size(), records_.size());
    Compare(found);
    for (const Buffer& scan : scans) {
      const Records seen = RecordsOf(scan);
      Compare(seen);
      for (const auto& [offset, record] : seen) {
        const auto at = before.find(offset);
        ASSERT_TRUE(at != before.end() && at->second.value == record.value) << offset;
      }
    }
  }

  int64_t ClosedBelow() const { return m_.log->active_base(); }

  io::Random random_;
  CleanMachine m_;
  Records records_;
  CleanerInputs inputs_;
  std::map<int64_t, int64_t> horizons_;  // by batch
  std::map<int64_t, int32_t> sequences_;
  bool cleaning_ = false;
};

TEST(CleanModel, RandomLogsAgreeWithTheRules) {
  const char* text = std::getenv("VARVE_SEEDS");
  const uint64_t seeds = text != nullptr ? std::strtoull(text, nullptr, 0) : 25;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    ModelRun run(seed);
    run.Run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace varve::log::test
