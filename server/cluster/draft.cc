#include "server/cluster/draft.h"

#include <fmt/format.h>

#include <limits>

#include "engine/base/check.h"
#include "server/cluster/feature_levels.h"
#include "server/wire/metadata_log.h"

namespace varve::cluster {
namespace {

using wire::ErrorCode;

Verdict Refuse(ErrorCode error, std::string message) { return {error, std::move(message)}; }

// What makes `after` of `before`: a record for each property that differs.
RecordBatch ConfigRecords(wire::ConfigResource type, const std::string& resource,
                          const config::Overrides& before, const config::Overrides& after) {
  RecordBatch records;
  for (const auto& [name, text] : before) {
    if (!after.contains(name)) {
      records.Add(wire::ConfigRecord{type, resource, name, std::nullopt});
    }
  }
  for (const auto& [name, text] : after) {
    const auto was = before.find(name);
    if (was != before.end() && was->second == text) continue;
    records.Add(wire::ConfigRecord{type, resource, name, text});
  }
  return records;
}

}  // namespace

Draft::Draft(const Context& context)
    : image_(context.image),
      rules_(context.rules),
      collisions_(context.collisions),
      random_(context.random),
      editor_(context.image, context.rules, context.placement),
      directories_(context.placement.directories) {}

Verdict Draft::CheckName(const std::string& name) const {
  if (editor_.Find(name) != nullptr) {
    return Refuse(ErrorCode::kTopicAlreadyExists, fmt::format("there is a topic {} already", name));
  }
  const std::string* other = collisions_.Find(name);
  if (other == nullptr) other = new_names_.Find(name);
  if (other == nullptr) return {};
  return Refuse(ErrorCode::kInvalidTopicException,
                fmt::format("{} collides with the topic {}: names may not differ in '.' and '_' "
                            "alone",
                            name, *other));
}

Verdict Draft::CheckPartitionsLeft(int64_t more) const {
  if (new_partitions_ + more <= kNewPartitionsMax) return {};
  return Refuse(ErrorCode::kPolicyViolation,
                fmt::format("one request may make {} partitions", kNewPartitionsMax));
}

// The records are applied as replay would, so that the image is what a restart will find.
Verdict Draft::Take(RecordBatch records) {
  const size_t bytes = records_.bytes() + records.bytes();
  if (!records.status().ok()) {
    return Refuse(ErrorCode::kInvalidRequest, std::string(records.status().message()));
  }
  if (bytes > RecordBatch::kBytesMax) {
    return Refuse(ErrorCode::kPolicyViolation,
                  fmt::format("{} bytes of metadata in one request; at most {}", bytes,
                              RecordBatch::kBytesMax));
  }
  for (const Buffer& value : records.values()) {
    const auto record = wire::DecodeMetadataRecord(value);
    const absl::Status applied = record.ok() ? editor_.Apply(record->record) : record.status();
    VARVE_CHECK(applied.ok(), "{}", std::string(applied.message()));
  }
  records_.AddAll(std::move(records));
  return {};
}

// Adds partitions [first, end) to the records of a change of the topic, and takes it all.
Verdict Draft::TakePartitions(const Uuid& topic_id, int32_t first, int32_t end,
                              RecordBatch records) {
  const int32_t node_id = image_->node_id();
  Spread directories = directories_;
  for (int32_t partition = first; partition < end; ++partition) {
    wire::PartitionRecord record;
    record.partition_id = partition;
    record.topic_id = topic_id;
    record.replicas = {node_id};
    record.isr = {node_id};
    record.leader = node_id;
    record.leader_epoch = 0;
    record.partition_epoch = 0;
    record.directories = {rules_.directories[directories.Take()]};
    records.Add(record, PartitionRecordVersion(image_->metadata_version()));
  }
  const Verdict verdict = Take(std::move(records));
  if (!verdict.ok()) return verdict;
  directories_ = std::move(directories);
  new_partitions_ += end - first;
  return verdict;
}

Verdict Draft::Create(const NewTopic& topic) {
  TopicShape shape;
  Verdict verdict = CheckNewTopic(topic, image_->node_id(), image_->config(), shape);
  if (verdict.ok()) verdict = CheckName(topic.name);
  if (verdict.ok()) verdict = CheckPartitionsLeft(shape.partitions);
  if (!verdict.ok()) return verdict;
  RecordBatch records;
  const Uuid id = random_.NewId();
  records.Add(wire::TopicRecord{topic.name, id});
  for (const auto& [key, value] : topic.overrides) {
    records.Add(wire::ConfigRecord{wire::ConfigResource::kTopic, topic.name, key, value});
  }
  verdict = TakePartitions(id, 0, shape.partitions, std::move(records));
  if (!verdict.ok()) return verdict;
  new_names_.Add(topic.name);
  created_.push_back(topic.name);
  return verdict;
}

Verdict Draft::Delete(TopicKey& key) {
  if (key.name.empty() == key.id.zero()) {
    return Refuse(ErrorCode::kInvalidRequest, "a topic is named either by name or by id");
  }
  const Topic* topic = key.id.zero() ? image_->Find(key.name) : image_->Find(key.id);
  if (topic == nullptr) {
    return key.id.zero() ? Refuse(ErrorCode::kUnknownTopicOrPartition,
                                  fmt::format("there is no topic {}", key.name))
                         : Refuse(ErrorCode::kUnknownTopicId,
                                  fmt::format("there is no topic with id {}", key.id.ToString()));
  }
  key.name = topic->name;
  key.id = topic->id;
  if (editor_.Find(topic->name) == nullptr) {
    return Refuse(ErrorCode::kInvalidRequest,
                  fmt::format("topic {} is named more than once", topic->name));
  }
  RecordBatch records;
  records.Add(wire::RemoveTopicRecord{topic->id});
  const Verdict verdict = Take(std::move(records));
  if (verdict.ok()) deleted_.push_back(topic->name);
  return verdict;
}

Verdict Draft::AddPartitions(const MorePartitions& request) {
  const Topic* topic = editor_.Find(request.topic);
  if (topic == nullptr) {
    return Refuse(ErrorCode::kUnknownTopicOrPartition,
                  fmt::format("there is no topic {}", request.topic));
  }
  const auto present = static_cast<int32_t>(topic->partitions.size());
  Verdict verdict = CheckMorePartitions(request, *topic, image_->node_id());
  if (verdict.ok()) verdict = CheckPartitionsLeft(request.count - present);
  if (!verdict.ok()) return verdict;
  return TakePartitions(topic->id, present, request.count, {});
}

Verdict Draft::TakeProducerIds(ProducerIdBlock& block) {
  const int64_t first = image_->next_producer_id();
  if (first > std::numeric_limits<int64_t>::max() - ProducerIdBlock::kSize) {
    return Refuse(ErrorCode::kUnknownServerError, "there are no producer ids left");
  }
  const ProducerIdBlock next{first, first + ProducerIdBlock::kSize};
  RecordBatch records;
  records.Add(wire::ProducerIdsRecord{image_->node_id(), image_->broker_epoch(), next.end});
  const Verdict verdict = Take(std::move(records));
  if (verdict.ok()) block = next;
  return verdict;
}

Verdict Draft::Alter(const ConfigChange& change) {
  const Verdict verdict = CheckConfigChange(change, image_->node_id());
  if (!verdict.ok() || change.type == wire::ConfigResource::kBrokerLogger) return verdict;
  const bool of_topic = change.type == wire::ConfigResource::kTopic;
  return of_topic ? AlterTopicConfig(change) : AlterBrokerConfig(change);
}

Verdict Draft::AlterTopicConfig(const ConfigChange& change) {
  const Topic* topic = editor_.Find(change.name);
  if (topic == nullptr) {
    return Refuse(ErrorCode::kUnknownTopicOrPartition,
                  fmt::format("there is no topic {}", change.name));
  }
  config::Overrides after;
  const Verdict verdict = AlterTopic(change, topic->overrides, image_->config(), after);
  if (!verdict.ok()) return verdict;
  return Take(ConfigRecords(change.type, change.name, topic->overrides, after));
}

Verdict Draft::AlterBrokerConfig(const ConfigChange& change) {
  const config::BrokerConfig before = image_->config().With(editor_.dynamic());
  config::DynamicOverrides after;
  const Verdict verdict = AlterBroker(change, before, after);
  if (!verdict.ok()) return verdict;
  if (change.name.empty()) {
    return Take(ConfigRecords(change.type, "", before.dynamic().all, after.all));
  }
  const std::string id = fmt::to_string(image_->node_id());
  return Take(ConfigRecords(change.type, id, before.dynamic().own, after.own));
}

void Draft::BeginLeaderEpoch(std::string_view topic_name, int32_t partition) {
  const Topic* topic = editor_.Find(topic_name);
  VARVE_CHECK(topic != nullptr && partition < std::ssize(topic->partitions), "{}-{}", topic_name,
              partition);
  const int32_t node_id = image_->node_id();
  wire::PartitionChangeRecord record;
  record.partition_id = partition;
  record.topic_id = topic->id;
  record.leader = node_id;
  const std::vector<int32_t> alone{node_id};
  const PartitionState& state = topic->partitions[static_cast<size_t>(partition)];
  if (state.isr != alone) record.isr = alone;
  if (!state.eligible.empty()) record.eligible_leader_replicas.emplace();
  RecordBatch records;
  records.Add(record, PartitionRecordVersion(image_->metadata_version()));
  const Verdict verdict = Take(std::move(records));
  VARVE_CHECK(verdict.ok(), "{}", verdict.message);
}

}  // namespace varve::cluster
