#include "tools/dump/log_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "engine/base/status.h"
#include "engine/record/compression.h"
#include "engine/record/record.h"
#include "tools/dump/retention_time.h"

namespace varve::dump {
namespace {

using record::BatchView;

int64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void AddProducer(Row& row, BatchView batch) {
  if (!batch.has_producer_id() && !row.json()) return;
  row.Int("producerId", batch.producer_id())
      .Int("producerEpoch", batch.producer_epoch())
      .Int("baseSequence", batch.base_sequence())
      .Int("lastSequence", batch.last_sequence());
}

void AddFlags(Row& row, BatchView batch) {
  if (batch.is_transactional() || row.json()) row.Bool("transactional", batch.is_transactional());
  if (batch.is_control() || row.json()) row.Bool("control", batch.is_control());
  if (batch.has_delete_horizon()) row.Time("deleteHorizon", batch.base_timestamp());
}

}  // namespace

LogPrinter::LogPrinter(const InputFile& file, const Options& options, Output& out)
    : file_(file),
      options_(options),
      out_(out),
      walk_(file),
      records_(options, options.DecodeFor(file.path()), out) {}

absl::StatusOr<uint64_t> LogPrinter::Print() {
  while (!done_ && out_.ok()) {
    ASSIGN_OR_RETURN(const Step step, walk_.Next());
    RETURN_IF_ERROR(PrintStep(step));
  }
  if (options_.filter.empty()) PrintSummary();
  return faults_;
}

absl::Status LogPrinter::PrintStep(const Step& step) {
  if (step.kind != Step::Kind::kBatch) {
    PrintTrouble(step);
    return absl::OkStatus();
  }
  const BatchView batch = step.view();
  if (batch.base_offset() > options_.filter.to_offset) {
    done_ = true;
    return absl::OkStatus();
  }
  ++totals_.batches;
  totals_.records += batch.record_count();
  totals_.largest_timestamp = std::max(totals_.largest_timestamp, batch.max_timestamp());
  if (!options_.filter.MayWant(batch)) return absl::OkStatus();
  if (!options_.filter.key) PrintBatch(step);
  if (!step.crc_ok) {
    Fault(step.position, fmt::format("checksum {:#010x} expected, the bytes have {:#010x}",
                                     batch.crc(), step.crc_found));
    return absl::OkStatus();
  }
  return options_.records ? PrintRecords(step) : absl::OkStatus();
}

void LogPrinter::PrintBatch(const Step& step) {
  const BatchView batch = step.view();
  Row row(out_, "batch");
  row.Int("baseOffset", batch.base_offset())
      .Int("lastOffset", batch.last_offset())
      .Int("count", batch.record_count())
      .Int("position", static_cast<int64_t>(step.position))
      .Int("size", static_cast<int64_t>(step.size))
      .Text("codec", record::CodecName(batch.codec()));
  if (!step.crc_ok || row.json()) row.Bool("crcOk", step.crc_ok);
  row.Time("maxTimestamp", batch.max_timestamp());
  const bool stamped = batch.timestamp_type() == record::TimestampType::kLogAppendTime;
  row.Text("timestampType", stamped ? "LogAppendTime" : "CreateTime");
  row.Int("leaderEpoch", batch.leader_epoch());
  AddProducer(row, batch);
  AddFlags(row, batch);
}

absl::Status LogPrinter::PrintRecords(const Step& step) {
  const auto bytes = walk_.Whole(step, options_.memory_bytes);
  if (absl::IsUnavailable(bytes.status())) return bytes.status();
  const auto plain = bytes.ok()
                         ? record::PlainRecords::Open(BatchView(*bytes), options_.memory_bytes)
                         : bytes.status();
  if (absl::IsResourceExhausted(plain.status())) {
    Row(out_, "notShown", "  | ")
        .Text("notShown", std::string(plain.status().message()) + "; raise --memory");
    return absl::OkStatus();
  }
  if (!plain.ok()) {
    Fault(step.position, std::string(plain.status().message()));
    return absl::OkStatus();
  }
  const BatchView batch(*bytes);
  record::RecordIterator iterator(batch, plain->bytes());
  for (record::RecordView record; out_.ok() && iterator.Next(record);) {
    if (options_.filter.Wants(record)) records_.Print(record, batch.is_control());
  }
  if (!iterator.status().ok()) Fault(step.position, std::string(iterator.status().message()));
  return absl::OkStatus();
}

void LogPrinter::PrintTrouble(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kOldMagic:
      Fault(step.position, "a message set of version 0 or 1; those are not read");
      return;
    case Step::Kind::kBroken:
      Fault(step.position, fmt::format("{} bytes that are no batch", step.size));
      return;
    case Step::Kind::kCutShort:
    case Step::Kind::kZeros: {
      const bool zeros = step.kind == Step::Kind::kZeros;
      Row(out_, "tail")
          .Int("position", static_cast<int64_t>(step.position))
          .Int("size", static_cast<int64_t>(step.size))
          .Text("content", zeros ? "zeros" : "a batch cut short");
      break;
    }
    default:
      break;
  }
  done_ = true;
}

void LogPrinter::PrintSummary() {
  const RetentionTime retention =
      RetentionTimeOf(totals_.largest_timestamp, file_.modified_ms(), NowMs());
  Row(out_, "segment")
      .Int("batches", totals_.batches)
      .Int("records", totals_.records)
      .Int("bytes", static_cast<int64_t>(file_.size()))
      .Time("largestTimestamp", totals_.largest_timestamp)
      .Time("fileModified", file_.modified_ms())
      .Time("retentionTime", retention.ms)
      .Text("retentionGoesBy", retention.basis);
}

void LogPrinter::Fault(uint64_t position, std::string_view what) {
  ++faults_;
  Row(out_, "fault", "FAULT ").Int("position", static_cast<int64_t>(position)).Text("what", what);
}

}  // namespace varve::dump
