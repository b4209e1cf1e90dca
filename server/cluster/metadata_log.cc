#include "server/cluster/metadata_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/log/checkpoint.h"
#include "engine/record/builder.h"
#include "server/cluster/snapshot.h"
#include "server/cluster/topic_rules.h"
#include "server/wire/control_records.h"

namespace varve::cluster {
namespace {

constexpr uint64_t kReadBytes = 1 << 20;
constexpr int32_t kPartition = 0;

log::Config LogConfig() {
  log::Config config;
  config.flush_messages = 1;
  config.allocate_step_bytes = 0;  // it grows by a few bytes a day
  return config;
}

}  // namespace

MetadataLog::MetadataLog(const Arguments& arguments)
    : arguments_(arguments),
      path_(arguments.directory.PartitionPath(std::string(kMetadataTopic), kPartition)) {}

std::string MetadataLog::PathOf(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

io::Task<absl::StatusOr<std::unique_ptr<MetadataLog>>> MetadataLog::Open(Arguments arguments,
                                                                         RecordSink& sink) {
  std::unique_ptr<MetadataLog> log(new MetadataLog(arguments));
  CO_RETURN_IF_ERROR(co_await log->ReadQuorumState());
  CO_RETURN_IF_ERROR(co_await log->OpenLog());
  const absl::Status replayed = co_await log->Replay(sink);
  if (replayed.ok()) co_return std::move(log);
  IgnoreError(co_await log->log_->Close());  // nothing was appended, and there is a worse error
  co_return replayed;
}

io::Task<absl::Status> MetadataLog::ReadQuorumState() {
  io::Disk& disk = arguments_.loop.disk();
  CO_ASSIGN_OR_RETURN(const std::string text,
                      co_await log::ReadText(disk, PathOf(kQuorumStateName)));
  if (!text.empty()) {
    CO_ASSIGN_OR_RETURN(quorum_state_, ParseQuorumState(text));
    co_return absl::OkStatus();
  }
  // A new log, or one whose making was interrupted before anything was in it.
  CO_RETURN_IF_ERROR(co_await arguments_.directory.CreatePartition(std::string(kMetadataTopic),
                                                                   kPartition, kMetadataTopicId));
  co_return co_await arguments_.directory.SyncNames();
}

io::Task<absl::Status> MetadataLog::OpenLog() {
  const int64_t durable = quorum_state_ ? quorum_state_->applied_offset : 0;
  log::OpenArguments open;
  open.directory = path_;
  open.config = LogConfig();
  open.stop = arguments_.directory.stop();
  open.recovery_point = durable;
  CO_ASSIGN_OR_RETURN(log_, co_await log::Log::Open(arguments_.loop, arguments_.files,
                                                    arguments_.directory.health(), open));
  notes_ = log_->open_report().notes;
  if (end() >= durable) co_return absl::OkStatus();
  const int64_t found = end();
  IgnoreError(co_await log_->Close());  // nothing was appended, and there is a worse error
  co_return absl::DataLossError(
      fmt::format("{} ends at offset {}, but was durable up to {}", path_, found, durable));
}

// Returns the offset that the state in the snapshot reaches to; where the log begins, without one.
io::Task<absl::StatusOr<int64_t>> MetadataLog::ReplaySnapshot(MetadataReader& reader) {
  const log::Offsets& offsets = log_->offsets();
  CO_ASSIGN_OR_RETURN(const std::optional<SnapshotId> id,
                      co_await FindSnapshot(arguments_.loop.disk(), path_));
  const int64_t from = id ? id->end_offset : 0;
  if (from < offsets.log_start || from > offsets.end) {
    co_return absl::DataLossError(
        fmt::format("{} holds offsets [{}, {}), and its newest snapshot reaches to {}: a part of "
                    "the cluster's state is missing",
                    path_, offsets.log_start, offsets.end, from));
  }
  if (id) {
    CO_RETURN_IF_ERROR(co_await ReadSnapshot(arguments_.loop, PathOf(SnapshotName(*id)), reader));
    epoch_ = id->epoch;
  }
  co_return from;
}

io::Task<absl::Status> MetadataLog::ReplayRange(const log::ReadRange& range,
                                                MetadataReader& reader) {
  const uint64_t size = range.range.size;
  if (size == 0 || size > MetadataReader::kBatchBytesMax) {
    co_return absl::DataLossError(
        fmt::format("{}: damaged at offset {}", path_, reader.next_offset()));
  }
  Buffer bytes(size);
  CO_ASSIGN_OR_RETURN(const size_t read,
                      co_await range.range.file->Read(range.range.position, bytes));
  CO_ASSIGN_OR_RETURN(const size_t done, reader.Read(Bytes(bytes).first(read)));
  if (done > 0) co_return absl::OkStatus();
  co_return absl::DataLossError(
      fmt::format("{}: the batch at offset {} is cut short", path_, range.first_offset));
}

io::Task<absl::Status> MetadataLog::Replay(RecordSink& sink) {
  MetadataReader reader(sink);
  CO_ASSIGN_OR_RETURN(const int64_t from, co_await ReplaySnapshot(reader));
  reader.BeginFile(path_, from);
  for (int64_t offset = from; offset < end(); offset = reader.next_offset()) {
    CO_ASSIGN_OR_RETURN(const log::ReadRange range,
                        co_await log_->Read(offset, kReadBytes, end(), true));
    CO_RETURN_IF_ERROR(co_await ReplayRange(range, reader));
    co_await io::Yield{arguments_.loop};
  }
  quorum_ = reader.quorum();
  in_transaction_ = reader.in_transaction();
  for (std::string& note : reader.Notes()) notes_.push_back(std::move(note));
  co_return absl::OkStatus();
}

io::Task<absl::Status> MetadataLog::BeginEpoch() {
  const int32_t known = quorum_state_ ? quorum_state_->leader_epoch : 0;
  const int32_t last = std::max({epoch_, known, quorum_.last_epoch, log_->leader_epoch()});
  if (last == std::numeric_limits<int32_t>::max()) {
    co_return absl::FailedPreconditionError(fmt::format("{} has no epochs left", path_));
  }
  epoch_ = last + 1;
  const int16_t version = quorum_.kraft_version > 0 ? 1 : 0;
  const std::string state =
      FormatQuorumState({version, arguments_.node_id, epoch_, log_->offsets().end});
  CO_RETURN_IF_ERROR(
      co_await io::ReplaceFile(arguments_.loop.disk(), PathOf(kQuorumStateName), AsBytes(state)));
  CO_RETURN_IF_ERROR(co_await log_->BeginEpoch(epoch_));
  co_return (co_await AppendBatch(LeaderChangeBatch())).status();
}

Buffer MetadataLog::LeaderChangeBatch() const {
  wire::LeaderChangeMessage message;
  message.version = quorum_.kraft_version > 0 ? 1 : 0;
  message.leader_id = arguments_.node_id;
  const auto voter = quorum_.voters.find(arguments_.node_id);
  const Uuid directory = voter != quorum_.voters.end() ? voter->second : Uuid{};
  message.voters = {{arguments_.node_id, directory}};
  message.granting_voters = message.voters;
  Buffer value;
  const absl::Status encoded = wire::EncodeControlRecord(message, value);
  VARVE_CHECK(encoded.ok(), "{}", std::string(encoded.message()));
  constexpr std::array<std::byte, 4> kKey{
      {{}, {}, {}, std::byte{wire::LeaderChangeMessage::kControlType}}};
  record::BatchOptions options;
  options.leader_epoch = epoch_;
  options.control = true;
  record::BatchBuilder builder(options);
  builder.Append({.timestamp = arguments_.loop.clock().WallMillis(),
                  .key = Bytes(kKey),
                  .value = Bytes(value)});
  return builder.Build();
}

io::Task<absl::StatusOr<int64_t>> MetadataLog::AppendBatch(Buffer batch) {
  const int64_t before = end();
  const absl::StatusOr<log::Appended> appended = co_await log_->Append(batch);
  if (appended.ok()) {
    log_->AdvanceHighWatermark(end());
    co_return appended->last_offset + 1;
  }
  if (end() == before) co_return appended.status();
  // It is there, but maybe not for long.
  co_return absl::DataLossError(std::string(appended.status().message()));
}

io::Task<absl::StatusOr<int64_t>> MetadataLog::Append(const RecordBatch& records) {
  CO_RETURN_IF_ERROR(records.status());
  if (records.empty() || records.bytes() > RecordBatch::kBytesMax) {
    co_return absl::InvalidArgumentError(
        fmt::format("{} bytes of records; one batch of the metadata log has 1 to {}",
                    records.bytes(), RecordBatch::kBytesMax));
  }
  co_return co_await AppendBatch(records.Encode(arguments_.loop.clock().WallMillis(), epoch_));
}

io::Task<absl::Status> MetadataLog::Close() { co_return co_await log_->Close(); }

}  // namespace varve::cluster
