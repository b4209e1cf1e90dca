#include "server/cluster/metadata_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/record/validate.h"
#include "server/cluster/record_types.h"
#include "server/wire/control_records.h"

namespace varve::cluster {
namespace {

struct ControlKey {
  be_int16 version;
  be_int16 type;
};

}  // namespace

void MetadataReader::BeginFile(std::string path, int64_t first_offset) {
  path_ = std::move(path);
  first_offset_ = first_offset;
  next_offset_ = 0;
}

absl::StatusOr<size_t> MetadataReader::Read(Bytes bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const record::Peek peek = record::PeekBatch(bytes.subspan(done));
    if (peek.kind == record::Peek::Kind::kCutShort) break;
    const record::BatchView batch(bytes.subspan(
        done, peek.kind == record::Peek::Kind::kBatch ? peek.size_bytes : bytes.size() - done));
    const absl::Status read =
        peek.kind == record::Peek::Kind::kBatch
            ? ReadBatch(batch)
            : absl::DataLossError(fmt::format("no batch follows offset {}", next_offset_));
    if (!read.ok()) {
      return absl::Status(read.code(), fmt::format("{}: {}", path_, std::string(read.message())));
    }
    done += peek.size_bytes;
  }
  return done;
}

absl::Status MetadataReader::ReadBatch(record::BatchView batch) {
  if (batch.crc() != batch.ComputeCrc()) {
    return absl::DataLossError(fmt::format("the batch at offset {} has CRC {:#x}, expected {:#x}",
                                           batch.base_offset(), batch.crc(), batch.ComputeCrc()));
  }
  if (batch.base_offset() < next_offset_ || batch.next_offset() <= batch.base_offset()) {
    return absl::DataLossError(fmt::format("offsets [{}, {}) follow offset {}", batch.base_offset(),
                                           batch.next_offset(), next_offset_));
  }
  ASSIGN_OR_RETURN(const record::PlainRecords plain,
                   record::PlainRecords::Open(batch, kBatchBytesMax));
  record::RecordIterator records(batch, plain.bytes());
  for (record::RecordView record; records.Next(record);) {
    if (record.offset >= first_offset_) RETURN_IF_ERROR(OnRecord(batch, record));
  }
  RETURN_IF_ERROR(records.status());
  quorum_.last_epoch = std::max(quorum_.last_epoch, batch.leader_epoch());
  next_offset_ = batch.next_offset();
  return absl::OkStatus();
}

absl::Status MetadataReader::OnRecord(record::BatchView batch, const record::RecordView& record) {
  const absl::Status status = batch.is_control() ? OnControl(record)
                              : record.value     ? OnValue(*record.value)
                                                 : absl::DataLossError("it has no value");
  if (status.ok()) return status;
  // What does not decode is a damaged log here, not a bad request.
  const bool malformed = absl::IsInvalidArgument(status);
  return absl::Status(malformed ? absl::StatusCode::kDataLoss : status.code(),
                      fmt::format("record {}: {}", record.offset, std::string(status.message())));
}

absl::Status MetadataReader::OnControl(const record::RecordView& record) {
  if (!record.key || record.key->size() < sizeof(ControlKey) || !record.value) {
    return absl::DataLossError("a control record without type");
  }
  const auto& key = *reinterpret_cast<const ControlKey*>(record.key->data());
  switch (int16_t{key.type}) {
    case wire::SnapshotFooterRecord::kControlType:
      footer_seen_ = true;
      return absl::OkStatus();
    case wire::KRaftVersionRecord::kControlType: {
      ASSIGN_OR_RETURN(const auto version,
                       wire::DecodeControlRecord<wire::KRaftVersionRecord>(*record.value));
      quorum_.kraft_version = version.kraft_version;
      return absl::OkStatus();
    }
    case wire::VotersRecord::kControlType:
      return OnVoters(*record.value);
    default:  // leader changes and snapshot headers say nothing that is needed
      return absl::OkStatus();
  }
}

absl::Status MetadataReader::OnVoters(Bytes value) {
  ASSIGN_OR_RETURN(const auto record, wire::DecodeControlRecord<wire::VotersRecord>(value));
  quorum_.voters.clear();
  for (const auto& voter : record.voters) {
    quorum_.voters[voter.voter_id] = voter.voter_directory_id;
  }
  return absl::OkStatus();
}

absl::Status MetadataReader::OnValue(Bytes value) {
  ASSIGN_OR_RETURN(const wire::MetadataRecord record, wire::DecodeMetadataRecord(value));
  if (std::holds_alternative<wire::UnknownRecord>(record.record)) return OnUnknown(record, value);
  return in_transaction_ ? Hold(value) : sink_.OnRecord(record);
}

absl::Status MetadataReader::OnUnknown(const wire::MetadataRecord& record, Bytes value) {
  if (record.version == 0) {
    if (record.type == kBeginTransaction) return Begin();
    if (record.type == kEndTransaction) return End(true);
    if (record.type == kAbortTransaction) return End(false);
  }
  if (MustBeUnderstood(record.type)) {
    return absl::FailedPreconditionError(fmt::format(
        "of type {}, version {}: newer than this program", record.type, record.version));
  }
  ++unknown_[{record.type, record.version}];
  return in_transaction_ ? Hold(value) : sink_.OnRecord(record);
}

absl::Status MetadataReader::Hold(Bytes value) {
  held_bytes_ += value.size();
  if (held_bytes_ > kTransactionBytesMax) {
    return absl::FailedPreconditionError(
        fmt::format("a transaction of more than {} bytes", kTransactionBytesMax));
  }
  held_.emplace_back(value.begin(), value.end());
  return absl::OkStatus();
}

absl::Status MetadataReader::Begin() {
  if (in_transaction_) return absl::DataLossError("a transaction begins inside another one");
  in_transaction_ = true;
  return absl::OkStatus();
}

absl::Status MetadataReader::End(bool keep) {
  if (!in_transaction_) return absl::DataLossError("a transaction ends that did not begin");
  in_transaction_ = false;
  const std::vector<Buffer> held = std::exchange(held_, {});
  held_bytes_ = 0;
  if (!keep) return absl::OkStatus();
  for (const Buffer& value : held) {
    ASSIGN_OR_RETURN(const wire::MetadataRecord record, wire::DecodeMetadataRecord(value));
    RETURN_IF_ERROR(sink_.OnRecord(record));
  }
  return absl::OkStatus();
}

std::vector<std::string> MetadataReader::Notes() const {
  std::vector<std::string> notes;
  for (const auto& [kind, count] : unknown_) {
    const auto& [type, version] = kind;
    notes.push_back(
        fmt::format("the metadata log has {} records of type {}, version {}, about {}: they are "
                    "kept and have no effect",
                    count, type, version, SubjectOf(type)));
  }
  return notes;
}

}  // namespace varve::cluster
