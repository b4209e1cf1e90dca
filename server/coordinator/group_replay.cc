#include "server/coordinator/group_replay.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/record/end_marker.h"
#include "server/coordinator/group_records.h"

namespace varve::coordinator {
namespace {

// Of the records of one batch, decompressed.
constexpr size_t kPlainBytesMax = size_t{256} << 20;

CommittedOffset OffsetOf(const OffsetValue& value) {
  return {.offset = value.offset,
          .leader_epoch = value.leader_epoch,
          .metadata = std::string(value.metadata),
          .commit_ms = value.commit_ms,
          .expire_ms = value.expire_ms};
}

}  // namespace

absl::Status GroupReplay::Add(Bytes batches) {
  while (!batches.empty()) {
    const record::Peek peek = record::PeekBatch(batches);
    if (peek.kind != record::Peek::Kind::kBatch) {
      return absl::DataLossError(fmt::format("behind offset {} are {} bytes that are no batch",
                                             next_offset_, batches.size()));
    }
    const record::BatchView batch(batches.first(peek.size_bytes));
    RETURN_IF_ERROR(AddBatch(batch));
    next_offset_ = batch.next_offset();
    batches = batches.subspan(peek.size_bytes);
  }
  return absl::OkStatus();
}

absl::Status GroupReplay::AddBatch(record::BatchView batch) {
  if (batch.ComputeCrc() != batch.crc()) {
    return absl::DataLossError(
        fmt::format("the batch at offset {} has a wrong checksum", batch.base_offset()));
  }
  if (batch.is_control()) {
    Decide(batch);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto plain, record::PlainRecords::Open(batch, kPlainBytesMax));
  record::RecordIterator records(batch, plain.bytes());
  for (record::RecordView record; records.Next(record);) {
    ++records_;
    const Bytes key = record.key.value_or(Bytes());
    if (!batch.is_transactional()) {
      Apply(key, record.value);
      continue;
    }
    Pending& pending = undecided_[batch.producer_id()].emplace_back();
    pending.key.assign(key.begin(), key.end());
    if (record.value) pending.value.emplace(record.value->begin(), record.value->end());
  }
  return records.status();
}

void GroupReplay::Decide(record::BatchView marker) {
  const auto end = record::ParseEndMarker(marker);
  if (!end) return;
  auto decided = undecided_.extract(marker.producer_id());
  if (decided.empty() || !end->commit) return;
  for (const Pending& each : decided.mapped()) {
    Apply(each.key, each.value ? record::MaybeBytes(*each.value) : std::nullopt);
  }
}

void GroupReplay::Apply(Bytes key, record::MaybeBytes value) {
  const absl::Status applied = TryApply(key, value);
  if (applied.ok()) return;
  if (passed_over_++ == 0) first_complaint_ = std::string(applied.message());
}

absl::Status GroupReplay::TryApply(Bytes key, record::MaybeBytes value) {
  ASSIGN_OR_RETURN(const RecordKey what, ReadRecordKey(key));
  if (what.kind == RecordKind::kOther) {
    return absl::UnimplementedError(fmt::format("a key of version {}", what.version));
  }
  if (what.kind == RecordKind::kConsumerGroup) {
    return At(what.group).consumers.Apply(what.version, what.member, value);
  }
  if (what.kind == RecordKind::kGroup) {
    Stored& stored = At(what.group);
    if (!value) {
      stored.record.reset();
    } else {
      ASSIGN_OR_RETURN(stored.record, ReadGroupValue(*value));
    }
    return absl::OkStatus();
  }
  if (!value) {
    At(what.group).offsets.Erase(what.topic, what.partition);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const OffsetValue offset, ReadOffsetValue(*value));
  At(what.group).offsets.Set(what.topic, what.partition, OffsetOf(offset));
  return absl::OkStatus();
}

GroupReplay::Stored& GroupReplay::At(std::string_view group) {
  const auto found = groups_.find(group);
  if (found != groups_.end()) return found->second;
  return groups_.emplace(std::string(group), Stored()).first->second;
}

GroupReplay::Groups GroupReplay::Take() {
  Groups taken = std::exchange(groups_, {});
  for (auto at = taken.begin(); at != taken.end();) {
    const Stored& stored = at->second;
    const bool nothing = !stored.record && !stored.consumers.epoch && stored.offsets.empty();
    if (nothing) {
      at = taken.erase(at);
    } else {
      ++at;
    }
  }
  return taken;
}

}  // namespace varve::coordinator
