#include "engine/log/clean/rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/clean/key_window.h"
#include "engine/record/builder.h"
#include "engine/record/validate.h"

namespace varve::log {
namespace {

using record::BatchView;
using record::RecordView;

record::BatchOptions OptionsOf(BatchView batch, std::optional<int64_t> horizon) {
  record::BatchOptions options;
  options.base_offset = batch.base_offset();
  options.leader_epoch = batch.leader_epoch();
  options.codec = batch.codec();
  options.transactional = batch.is_transactional();
  options.control = batch.is_control();
  options.producer_id = batch.producer_id();
  options.producer_epoch = batch.producer_epoch();
  options.base_sequence = batch.base_sequence();
  if (batch.timestamp_type() == record::TimestampType::kLogAppendTime) {
    options.log_append_time = batch.max_timestamp();
  }
  options.delete_horizon = horizon;
  options.last_offset_delta = batch.last_offset_delta();
  return options;
}

// A batch that has no records left. One that was emptied before looks like that already.
Rewritten WithoutRecords(BatchView batch, bool keep_header) {
  if (!keep_header) return {};
  Buffer empty = record::BuildEmptyCopy(batch);
  if (std::ranges::equal(empty, batch.bytes())) return {Rewritten::Kind::kAsItWas};
  return {Rewritten::Kind::kReplaced, std::move(empty)};
}

// Which records stay, and what that means for the batch.
struct Survivors {
  int32_t count = 0;
  bool all = true;
  bool tombstone = false;
};

class Rewriter {
 public:
  Rewriter(BatchView batch, const BatchFate& fate, const RetainRules& rules, Bytes plain)
      : batch_(batch), fate_(fate), rules_(rules), plain_(plain) {}

  absl::StatusOr<Rewritten> Run() {
    ASSIGN_OR_RETURN(const Survivors survivors, Decide());
    if (survivors.count == 0) return WithoutRecords(batch_, fate_.keep_header);
    const bool new_horizon =
        (survivors.tombstone || fate_.wants_horizon) && !batch_.has_delete_horizon();
    if (survivors.all && !new_horizon) return Rewritten{Rewritten::Kind::kAsItWas};
    std::optional<int64_t> horizon;
    if (batch_.has_delete_horizon()) horizon = batch_.base_timestamp();
    if (new_horizon) horizon = Horizon();
    return Rewritten{Rewritten::Kind::kReplaced, Build(horizon)};
  }

 private:
  using Encoded = record::BatchBuilder::Encoded;

  bool Stays(const KeyWindow::Entry& entry) const {
    return fate_.records == BatchFate::Records::kKeep ||
           RetainRecord(batch_, entry.record, entry.key, rules_);
  }

  int64_t Horizon() const {
    constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
    const bool never = rules_.delete_retention_ms > kNever - std::max<int64_t>(rules_.now_ms, 0);
    return never ? kNever : rules_.now_ms + rules_.delete_retention_ms;
  }

  // Decides about every record.
  absl::StatusOr<Survivors> Decide() {
    Survivors survivors;
    record::RecordIterator records(batch_, plain_);
    KeyWindow window(*rules_.keys, KeyWindow::Hash::kUnknown);
    int32_t next_delta = 0;
    while (window.Fill(records)) {
      for (const KeyWindow::Entry& entry : window.entries()) {
        const int32_t delta = entry.record.offset_delta;
        if (delta < next_delta || delta > batch_.last_offset_delta()) return BadDelta(delta);
        next_delta = delta + 1;
        const bool stays = Stays(entry);
        survivors.all &= stays;
        if (!stays) continue;
        ++survivors.count;
        survivors.tombstone |= !entry.record.value.has_value();
        Keep(entry.record);
      }
    }
    RETURN_IF_ERROR(records.status());
    return survivors;
  }

  absl::Status BadDelta(int32_t delta) const {
    return absl::DataLossError(
        fmt::format("a record with offset delta {} in a batch at {}", delta, batch_.base_offset()));
  }

  // Neighbours are one run.
  void Keep(const RecordView& record) {
    const bool next = !kept_.empty() && EndOf(kept_.back()) == record.raw.data();
    if (!next) kept_.push_back({Bytes(record.raw.data(), 0)});
    Encoded& run = kept_.back();
    run.bytes = Bytes(run.bytes.data(), run.bytes.size() + record.raw.size());
    ++run.count;
    run.last_delta = record.offset_delta;
    run.max_timestamp = std::max(run.max_timestamp, record.timestamp);
  }

  static const std::byte* EndOf(const Encoded& run) { return run.bytes.data() + run.bytes.size(); }

  // Records are encoded by their distance from a time of the batch, and stay as they are if that
  // does.
  Buffer Build(std::optional<int64_t> horizon) const {
    record::BatchOptions options = OptionsOf(batch_, horizon);
    if (horizon && *horizon != batch_.base_timestamp()) return Encode(options);
    options.base_timestamp = batch_.base_timestamp();
    record::BatchBuilder builder(options);
    for (const Encoded& run : kept_) builder.AppendEncoded(run);
    return builder.Build();
  }

  Buffer Encode(const record::BatchOptions& options) const {
    record::BatchBuilder builder(options);
    std::vector<record::HeaderView> headers;
    record::RecordIterator records(batch_, plain_);
    auto run = kept_.begin();
    for (RecordView record; records.Next(record);) {
      while (run != kept_.end() && record.raw.data() >= EndOf(*run)) ++run;
      if (run == kept_.end()) break;
      if (record.raw.data() < run->bytes.data()) continue;
      headers.clear();
      record::HeaderIterator each = record.headers();
      for (record::HeaderView header; each.Next(header);) headers.push_back(header);
      const record::RecordFields fields{record.timestamp, record.key, record.value, headers};
      builder.AppendAt(record.offset_delta, fields);
    }
    return builder.Build();
  }

  const BatchView batch_;
  const BatchFate& fate_;
  const RetainRules& rules_;
  const Bytes plain_;
  std::vector<Encoded> kept_;  // what stays of the records
};

}  // namespace

size_t PlainBytesMax(BatchView batch) {
  constexpr size_t kSmall = size_t{16} << 20;
  return std::max(kSmall, batch.size_bytes() * record::kExpansionMax);
}

absl::StatusOr<Rewritten> RewriteBatch(BatchView batch, const BatchFate& fate,
                                       const RetainRules& rules) {
  const bool keeps = fate.records == BatchFate::Records::kKeep;
  if (fate.records == BatchFate::Records::kDrop || batch.record_count() == 0) {
    return WithoutRecords(batch, fate.keep_header);
  }
  if (keeps && !fate.wants_horizon) return Rewritten{Rewritten::Kind::kAsItWas};
  ASSIGN_OR_RETURN(const auto plain, record::PlainRecords::Open(batch, PlainBytesMax(batch)));
  return Rewriter(batch, fate, rules, plain.bytes()).Run();
}

}  // namespace varve::log
