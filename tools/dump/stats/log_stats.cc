#include "tools/dump/stats/log_stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "engine/record/compression.h"

namespace varve::dump {

using record::BatchView;
using record::RecordView;

namespace {

constexpr size_t kBarWidth = 40;

int64_t Signed(uint64_t value) { return static_cast<int64_t>(value); }

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void PrintHistogram(Output& out, std::string_view of, const Histogram& histogram) {
  std::string json = "[";
  for (const Histogram::Bucket& bucket : histogram.Buckets()) {
    json += fmt::format("{}{{\"from\":{},\"to\":{},\"count\":{}}}", json.size() > 1 ? "," : "",
                        bucket.from, bucket.to, bucket.count);
  }
  {
    Row row(out, "histogram");
    row.Text("of", of)
        .Int("smallest", Signed(histogram.smallest()))
        .Number("mean", histogram.mean())
        .Int("largest", Signed(histogram.largest()));
    if (row.json()) row.Raw("buckets", json + "]", "");
  }
  for (const std::string& line : DrawHistogram(histogram, kBarWidth)) out.Note(line);
}

}  // namespace

void LogStats::AddSegment(uint64_t bytes) {
  ++segments_;
  log_bytes_ += bytes;
}

void LogStats::AddBatch(BatchView header) {
  batch_bytes_.Add(header.size_bytes());
  const auto records = static_cast<uint64_t>(std::max(header.record_count(), 0));
  batch_records_.Add(records);
  records_ += records;
  if (header.is_control()) ++control_;
  if (header.is_transactional()) ++transactional_;
  if (!header.has_producer_id()) return;
  ++idempotent_;
  const be_int64 id = header.producer_id();
  producers_.Add(Bytes(reinterpret_cast<const std::byte*>(&id), sizeof(id)), 0);
}

void LogStats::AddPlain(BatchView header, uint64_t plain_bytes) {
  CodecStats& codec = codecs_[static_cast<size_t>(header.codec())];
  ++codec.batches;
  codec.stored_bytes += header.size_bytes() - record::kHeaderBytes;
  codec.plain_bytes += plain_bytes;
}

void LogStats::AddRecord(const RecordView& record) {
  if (record.timestamp >= 0) {
    earliest_ = earliest_ < 0 ? record.timestamp : std::min(earliest_, record.timestamp);
    latest_ = std::max(latest_, record.timestamp);
  }
  const uint64_t value_bytes = record.value ? record.value->size() : 0;
  value_bytes_.Add(value_bytes);
  if (!record.key) {
    ++unkeyed_;
    return;
  }
  if (!record.value) ++tombstones_;
  keys_.Add(*record.key, record.key->size() + value_bytes + record.raw_headers.size());
}

void LogStats::Print(Output& out) const {
  PrintTotals(out);
  PrintCodecs(out);
  PrintKeys(out);
  PrintCompaction(out);
  PrintProducers(out);
  if (batch_bytes_.count() == 0) return;
  PrintHistogram(out, "bytes of a batch", batch_bytes_);
  PrintHistogram(out, "records in a batch", batch_records_);
  if (value_bytes_.count() > 0) PrintHistogram(out, "bytes of a value", value_bytes_);
}

void LogStats::PrintTotals(Output& out) const {
  Row row(out, "totals");
  row.Int("segments", Signed(segments_))
      .Int("bytes", Signed(log_bytes_))
      .Int("batches", Signed(batch_bytes_.count()))
      .Int("records", Signed(records_))
      .Time("earliest", earliest_)
      .Time("latest", latest_);
  if (damaged_ > 0) row.Int("damaged", Signed(damaged_));
  if (skipped_ > 0) row.Int("batchesNotLookedInto", Signed(skipped_));
}

void LogStats::PrintCodecs(Output& out) const {
  for (size_t i = 0; i < codecs_.size(); ++i) {
    const CodecStats& codec = codecs_[i];
    if (codec.batches == 0) continue;
    Row(out, "codec")
        .Text("codec", record::CodecName(static_cast<record::Codec>(i)))
        .Int("batches", Signed(codec.batches))
        .Int("storedBytes", Signed(codec.stored_bytes))
        .Int("plainBytes", Signed(codec.plain_bytes))
        .Number("ratio", Share(codec.plain_bytes, codec.stored_bytes));
  }
}

void LogStats::PrintKeys(Output& out) const {
  Row(out, "keys")
      .Int("keyed", Signed(keys_.records()))
      .Int("unkeyed", Signed(unkeyed_))
      .Int("tombstones", Signed(tombstones_))
      .Int("distinctKeys", Signed(keys_.distinct()))
      .Text("counted", keys_.exact() ? "exactly" : "as an estimate");
}

// By keys, values and headers; what it saves on disk depends on how the rest compresses.
void LogStats::PrintCompaction(Output& out) const {
  Row(out, "compaction")
      .Int("supersededRecords", Signed(keys_.superseded_records()))
      .Int("supersededBytes", Signed(keys_.superseded_bytes()))
      .Number("gain", Share(keys_.superseded_bytes(), keys_.bytes()))
      .Text("counted", keys_.exact() ? "exactly" : "as an estimate");
}

void LogStats::PrintProducers(Output& out) const {
  Row(out, "producers")
      .Int("producers", Signed(producers_.distinct()))
      .Int("idempotentBatches", Signed(idempotent_))
      .Int("transactionalBatches", Signed(transactional_))
      .Int("controlBatches", Signed(control_));
}

}  // namespace varve::dump
