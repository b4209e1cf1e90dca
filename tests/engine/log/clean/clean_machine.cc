#include "tests/engine/log/clean/clean_machine.h"

#include <fmt/format.h>

#include "engine/base/status.h"
#include "engine/record/builder.h"
#include "engine/record/end_marker.h"

namespace varve::log::test {

using record::BatchView;
using record::RecordView;

Buffer Keyed(const std::vector<std::string>& records, int64_t time, record::BatchOptions options) {
  record::BatchBuilder builder(options);
  for (const std::string& text : records) {
    const size_t equals = text.find('=');
    const std::string_view value = std::string_view(text).substr(equals + 1);
    record::RecordFields fields{.timestamp = time++,
                                .key = AsBytes(std::string_view(text).substr(0, equals))};
    if (!value.empty()) fields.value = AsBytes(value);
    builder.Append(fields);
  }
  return builder.Build();
}

namespace {

std::string ShowRecords(BatchView batch) {
  if (batch.record_count() == 0) {
    return fmt::format("[{}-{}]", batch.base_offset(), batch.last_offset());
  }
  const auto plain = record::PlainRecords::Open(batch, 1 << 20);
  if (!plain.ok()) return "?";
  record::RecordIterator records(batch, plain->bytes());
  std::string text;
  for (RecordView record; records.Next(record);) {
    if (!text.empty()) text += ' ';
    const std::string value = record.value ? std::string(AsText(*record.value)) : "-";
    text += fmt::format("{}:{}={}", record.offset, AsText(record.key.value_or(Bytes())), value);
  }
  return records.status().ok() ? text : text + "?";
}

std::string ShowBatch(BatchView batch) {
  std::string text = ShowRecords(batch);
  if (const auto marker = record::ParseEndMarker(batch)) {
    text = fmt::format("{}:{}", batch.base_offset(), marker->commit ? "commit" : "abort");
  }
  if (batch.has_delete_horizon()) text += fmt::format("~{}", batch.base_timestamp());
  return text;
}

}  // namespace

std::string Show(Bytes batches) {
  std::string text;
  while (!batches.empty()) {
    if (!text.empty()) text += ' ';
    if (record::PeekBatch(batches).kind != record::Peek::Kind::kBatch) return text + "?";
    const Bytes bytes = batches.first(BatchView(batches).size_bytes());
    if (BatchView(bytes).crc() != BatchView(bytes).ComputeCrc()) return text + "crc?";
    text += ShowBatch(BatchView(bytes));
    batches = batches.subspan(bytes.size());
  }
  return text;
}

LastValues LastOf(Bytes batches) {
  LastValues last;
  for (; !batches.empty(); batches = batches.subspan(BatchView(batches).size_bytes())) {
    const BatchView batch(batches.first(BatchView(batches).size_bytes()));
    if (batch.is_control()) continue;
    const auto plain = record::PlainRecords::Open(batch, 1 << 20);
    record::RecordIterator records(batch, plain->bytes());
    for (RecordView record; records.Next(record);) {
      const std::string key(AsText(*record.key));
      if (record.value) {
        last[key] = std::string(AsText(*record.value));
      } else {
        last.erase(key);
      }
    }
  }
  return last;
}

int64_t CleanMachine::PutBatch(Buffer batch) {
  const auto appended = Append(std::move(batch));
  EXPECT_TRUE(appended.ok()) << appended.status();
  return appended.ok() ? appended->base_offset : -1;
}

int64_t CleanMachine::PutBatchInNext(Buffer batch) {
  const Config before = log->config();
  Config small = before;
  small.segment_bytes = static_cast<int64_t>(batch.size());
  log->set_config(small);
  const int64_t offset = PutBatch(std::move(batch));
  log->set_config(before);
  return offset;
}

int64_t CleanMachine::Put(const std::vector<std::string>& records, int64_t time) {
  return PutBatch(Keyed(records, time));
}

int64_t CleanMachine::PutInNext(const std::vector<std::string>& records, int64_t time) {
  return PutBatchInNext(Keyed(records, time));
}

io::Task<absl::StatusOr<CleanerReport>> CleanMachine::CleanTask(CleanerInputs inputs) {
  Dirty dirty;
  dirty.first_dirty = log->cleaned_up_to().value_or(log->offsets().log_start);
  dirty.first_uncleanable = log->active_base();
  Throttle throttle(*loop, bytes_per_second);
  Cleaner cleaner(*loop, *files, *log, options, throttle);
  if (!log->cleaning().Enter()) co_return absl::CancelledError("no cleaning is wanted");
  auto report = co_await cleaner.Run(dirty, std::move(inputs));
  if (report.ok()) log->set_cleaned_up_to(report->cleaned_up_to);
  log->cleaning().Leave();
  co_return report;
}

absl::StatusOr<CleanerReport> CleanMachine::Clean(CleanerInputs inputs) {
  return Run(CleanTask(std::move(inputs)));
}

Buffer CleanMachine::ReadBytes() {
  Buffer all;
  for (int64_t offset = log->offsets().log_start; offset < log->offsets().end;) {
    const auto read = Run(log->Read(offset, 1 << 20, log->offsets().end, true));
    EXPECT_TRUE(read.ok()) << read.status();
    if (!read.ok() || read->range.size == 0) return all;
    Buffer bytes(read->range.size);
    const auto got = Run(read->range.file->Read(read->range.position, bytes));
    EXPECT_TRUE(got.ok() && *got == bytes.size());
    for (Bytes rest(bytes); !rest.empty(); rest = rest.subspan(BatchView(rest).size_bytes())) {
      offset = BatchView(rest).next_offset();
    }
    varve::Append(all, bytes);
  }
  return all;
}

}  // namespace varve::log::test
