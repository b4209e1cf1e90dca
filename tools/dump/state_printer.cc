#include "tools/dump/state_printer.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/log/change_marks.h"
#include "engine/log/checkpoint.h"
#include "engine/log/manifest.h"
#include "engine/log/producer_snapshot.h"
#include "server/cluster/meta_properties.h"
#include "server/cluster/quorum_state.h"
#include "tools/dump/input_file.h"
#include "tools/text/byte_text.h"
#include "tools/text/json.h"

namespace varve::dump {
namespace {

absl::Status PrintProducers(const std::string& path, Output& out) {
  ASSIGN_OR_RETURN(const std::string file, ReadSmallFile(path, log::kProducerSnapshotBytesMax));
  ASSIGN_OR_RETURN(const auto entries, log::ParseProducerSnapshot(AsBytes(file)));
  Row(out, "producerSnapshot")
      .Int("version", log::kProducerSnapshotVersion)
      .Int("producers", static_cast<int64_t>(entries.size()));
  for (const log::ProducerSnapshotEntry& entry : entries) {
    Row(out, "producer")
        .Int("producerId", entry.producer_id)
        .Int("producerEpoch", entry.producer_epoch)
        .Int("lastSequence", entry.last_sequence)
        .Int("lastOffset", entry.last_offset)
        .Int("offsetDelta", entry.offset_delta)
        .Time("timestamp", entry.timestamp)
        .Int("coordinatorEpoch", entry.coordinator_epoch)
        .Int("currentTxnFirstOffset", entry.current_first_offset);
  }
  return absl::OkStatus();
}

absl::Status PrintOffsets(const std::string& text, Output& out) {
  ASSIGN_OR_RETURN(const log::OffsetMap offsets, log::ParseOffsets(text));
  for (const auto& [name, offset] : offsets) {
    Row(out, "partitionOffset")
        .Text("topic", name.topic)
        .Int("partition", name.partition)
        .Int("offset", offset);
  }
  return absl::OkStatus();
}

absl::Status PrintEpochs(const std::string& text, Output& out) {
  ASSIGN_OR_RETURN(const auto epochs, log::ParseEpochs(text));
  for (const log::EpochStart& entry : epochs) {
    Row(out, "leaderEpoch").Int("epoch", entry.epoch).Int("startOffset", entry.start_offset);
  }
  return absl::OkStatus();
}

absl::Status PrintPartitionMetadata(const std::string& text, Output& out) {
  ASSIGN_OR_RETURN(const Uuid id, log::ParsePartitionMetadata(text));
  Row(out, "partitionMetadata").Text("topicId", id.ToString());
  return absl::OkStatus();
}

absl::Status PrintMetaProperties(const std::string& path, const std::string& text, Output& out) {
  ASSIGN_OR_RETURN(const auto properties, cluster::ParseMetaProperties(text, path));
  Row row(out, "metaProperties");
  row.Text("cluster.id", text::BytesText(AsBytes(properties.cluster_id), text::ByteFormat::kText));
  row.Int("node.id", properties.node_id);
  if (properties.directory_id) row.Text("directory.id", properties.directory_id->ToString());
  return absl::OkStatus();
}

void PrintSegmentAsLeft(const log::Segment::AsLeft& segment, Output& out) {
  Row(out, "segmentAsLeft", "  ")
      .Int("baseOffset", segment.base_offset)
      .Int("bytes", static_cast<int64_t>(segment.size))
      .Int("nextOffset", segment.next_offset)
      .Time("largestTimestamp", segment.max_timestamp.timestamp)
      .Time("modified", segment.modified_ms)
      .Int("indexEntries", static_cast<int64_t>(segment.offset_entries))
      .Int("timeIndexEntries", static_cast<int64_t>(segment.time_entries));
}

absl::Status PrintManifest(const std::string& path, Output& out) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, log::kManifestBytesMax));
  ASSIGN_OR_RETURN(const log::Manifest manifest, log::ParseManifest(text));
  Row(out, "manifest")
      .Int("brokerEpoch", manifest.broker_epoch)
      .Int("logs", static_cast<int64_t>(manifest.logs.size()));
  for (const auto& [name, entry] : manifest.logs) {
    const log::LogAsLeft& left = *entry.log;
    Row(out, "logAsLeft")
        .Text("topic", name.topic)
        .Int("partition", name.partition)
        .Text("topicId", entry.topic_id.ToString())
        .Int("logStartOffset", left.log_start)
        .Int("highWatermark", left.high_watermark)
        .Int("endOffset", left.end)
        .Int("leaderEpoch", left.epochs.empty() ? -1 : left.epochs.back().epoch)
        .Bool("producers", left.has_producers);
    for (const log::Segment::AsLeft& segment : left.segments) PrintSegmentAsLeft(segment, out);
  }
  return absl::OkStatus();
}

absl::Status PrintChanges(const std::string& text, Output& out) {
  ASSIGN_OR_RETURN(const log::ChangeList changes, log::ParseChanges(text));
  Row(out, "changes")
      .Text("manifestCrc", fmt::format("{:08x}", changes.manifest_crc))
      .Int("brokerEpoch", changes.epoch)
      .Int("logs", static_cast<int64_t>(changes.directories.size()));
  for (const std::string& directory : changes.directories) {
    Row(out, "changedLog")
        .Text("directory", text::BytesText(AsBytes(directory), text::ByteFormat::kText));
  }
  return absl::OkStatus();
}

// A line of JSON or of anything else.
absl::Status PrintLine(std::string_view type, const std::string& text, Output& out) {
  const auto json = text::CompactJson(text);
  const std::string shown = text::BytesText(AsBytes(text), text::ByteFormat::kText);
  Row(out, type).Raw("content", json.value_or(text::JsonString(text)), json.value_or(shown));
  return absl::OkStatus();
}

absl::Status PrintQuorumState(const std::string& text, Output& out) {
  RETURN_IF_ERROR(PrintLine("quorumState", text, out));
  return cluster::ParseQuorumState(text).status();
}

}  // namespace

absl::Status PrintState(const std::string& path, FileType type, Output& out) {
  if (type == FileType::kProducerSnapshot) return PrintProducers(path, out);
  if (type == FileType::kManifest) return PrintManifest(path, out);
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kTextBytesMax));
  switch (type) {
    case FileType::kOffsetCheckpoint:
      return PrintOffsets(text, out);
    case FileType::kEpochCheckpoint:
      return PrintEpochs(text, out);
    case FileType::kPartitionMetadata:
      return PrintPartitionMetadata(text, out);
    case FileType::kMetaProperties:
      return PrintMetaProperties(path, text, out);
    case FileType::kQuorumState:
      return PrintQuorumState(text, out);
    case FileType::kCleanShutdown:
      return PrintLine("cleanShutdown", text, out);
    case FileType::kChanges:
      return PrintChanges(text, out);
    case FileType::kBootId:
      return PrintLine("bootId", text, out);
    case FileType::kLock:
      return PrintLine("lock", text, out);
    default:
      break;
  }
  VARVE_CHECK(false, "{} is of type {}", path, static_cast<int>(type));
}

}  // namespace varve::dump
