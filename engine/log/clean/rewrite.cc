#include "engine/log/clean/rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/status.h"
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
  bool Stays(const RecordView& record) const {
    return fate_.records == BatchFate::Records::kKeep || RetainRecord(batch_, record, rules_);
  }

  int64_t Horizon() const {
    constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
    const bool never = rules_.delete_retention_ms > kNever - std::max<int64_t>(rules_.now_ms, 0);
    return never ? kNever : rules_.now_ms + rules_.delete_retention_ms;
  }

  // Decides about every record.
  absl::StatusOr<Survivors> Decide() {
    Survivors survivors;
    record::RecordIterator ahead(batch_, plain_);
    for (RecordView record; ahead.Next(record);) {
      if (record.key && record.offset < rules_.map_end) rules_.keys->Prefetch(*record.key);
    }
    record::RecordIterator records(batch_, plain_);
    int32_t next_delta = 0;
    for (RecordView record; records.Next(record);) {
      if (record.offset_delta < next_delta || record.offset_delta > batch_.last_offset_delta()) {
        return absl::DataLossError(fmt::format("a record with offset delta {} in a batch at {}",
                                               record.offset_delta, batch_.base_offset()));
      }
      next_delta = record.offset_delta + 1;
      stays_.push_back(Stays(record));
      if (!stays_.back()) {
        survivors.all = false;
        continue;
      }
      ++survivors.count;
      survivors.tombstone |= !record.value.has_value();
    }
    RETURN_IF_ERROR(records.status());
    return survivors;
  }

  Buffer Build(std::optional<int64_t> horizon) const {
    record::BatchBuilder builder(OptionsOf(batch_, horizon));
    std::vector<record::HeaderView> headers;
    record::RecordIterator records(batch_, plain_);
    auto stays = stays_.begin();
    for (RecordView record; records.Next(record);) {
      if (!*stays++) continue;
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
  std::vector<bool> stays_;  // of each record
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
