#include "server/cluster/image_editor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/base/check.h"
#include "server/cluster/feature_levels.h"
#include "server/cluster/topic_rules.h"

namespace varve::cluster {
namespace {

absl::Status NoTopic(std::string_view what, const Uuid& id) {
  return absl::DataLossError(
      fmt::format("a {} is about topic {}, which is not there", what, id.ToString()));
}

template <typename Value>
void SetIfGiven(const std::optional<Value>& given, Value& value) {
  if (given) value = *given;
}

void ForgetEligible(Topic& topic) {
  for (PartitionState& state : topic.partitions) state.eligible.clear();
}

}  // namespace

ImageEditor::ImageEditor(ImageRef base, const ImageRules& rules, Placement placement)
    : base_(std::move(base)),
      rules_(rules),
      placement_(std::move(placement)),
      facts_(base_->facts()),
      dynamic_(facts_.live->broker.dynamic()) {}

absl::Status ImageEditor::Apply(const wire::AnyMetadataRecord& record) {
  return std::visit([this](const auto& known) { return On(known); }, record);
}

const Topic* ImageEditor::Find(std::string_view name) const {
  const auto edit = edits_.find(name);
  return edit != edits_.end() ? edit->second.get() : base_->Find(name);
}

// A copy that may be changed; nullptr if there is no such topic now.
Topic* ImageEditor::Edit(std::string_view name) {
  const auto edit = edits_.find(name);
  if (edit != edits_.end()) return edit->second.get();
  const Topic* topic = base_->Find(name);
  if (topic == nullptr) return nullptr;
  edited_names_[topic->id] = topic->name;
  return edits_.emplace(name, std::make_shared<Topic>(*topic)).first->second.get();
}

Topic* ImageEditor::Edit(const Uuid& id) {
  Topic* found = nullptr;
  const auto edited = edited_names_.find(id);
  if (edited != edited_names_.end()) {
    found = Edit(edited->second);
  } else if (const Topic* topic = base_->Find(id)) {
    found = Edit(topic->name);
  }
  // The name may by now be another topic's.
  return found != nullptr && found->id == id ? found : nullptr;
}

absl::Status ImageEditor::On(const wire::TopicRecord& record) {
  if (Find(record.name) != nullptr) {
    return absl::DataLossError(fmt::format("topic {} is made a second time", record.name));
  }
  auto topic = std::make_shared<Topic>();
  topic->name = record.name;
  topic->id = record.topic_id;
  topic->internal = IsInternalTopic(topic->name);
  edited_names_[topic->id] = topic->name;
  edits_[topic->name] = std::move(topic);
  return absl::OkStatus();
}

// Of the directories that a record names for each replica, the one of ours.
Uuid ImageEditor::DirectoryOf(const std::vector<int32_t>& replicas,
                              const std::vector<Uuid>& directories) const {
  for (size_t i = 0; i < replicas.size() && i < directories.size(); ++i) {
    if (replicas[i] == facts_.node_id) return directories[i];
  }
  return {};
}

absl::Status ImageEditor::On(const wire::PartitionRecord& record) {
  Topic* topic = Edit(record.topic_id);
  if (topic == nullptr) return NoTopic("PartitionRecord", record.topic_id);
  const auto index = static_cast<size_t>(record.partition_id);
  if (record.partition_id < 0 || index > topic->partitions.size()) {
    return absl::DataLossError(fmt::format("topic {} has {} partitions, and partition {} is made",
                                           topic->name, topic->partitions.size(),
                                           record.partition_id));
  }
  if (index == topic->partitions.size()) {
    topic->partitions.emplace_back().shard = kNoShard;
    ++facts_.partition_count;
  }
  PartitionState& state = topic->partitions[index];
  state.leader = record.leader;
  state.leader_epoch = record.leader_epoch;
  state.partition_epoch = record.partition_epoch;
  state.replicas = record.replicas;
  state.isr = record.isr;
  state.eligible = record.eligible_leader_replicas.value_or(std::vector<int32_t>());
  state.directory = DirectoryOf(record.replicas, record.directories);
  return absl::OkStatus();
}

absl::Status ImageEditor::On(const wire::PartitionChangeRecord& record) {
  Topic* topic = Edit(record.topic_id);
  if (topic == nullptr) return NoTopic("PartitionChangeRecord", record.topic_id);
  const auto index = static_cast<size_t>(record.partition_id);
  if (record.partition_id < 0 || index >= topic->partitions.size()) {
    return absl::DataLossError(
        fmt::format("topic {} has {} partitions, and partition {} is changed", topic->name,
                    topic->partitions.size(), record.partition_id));
  }
  PartitionState& state = topic->partitions[index];
  ++state.partition_epoch;
  if (record.leader != wire::PartitionChangeRecord::kSameLeader) {
    state.leader = record.leader;
    ++state.leader_epoch;
  }
  SetIfGiven(record.replicas, state.replicas);
  SetIfGiven(record.isr, state.isr);
  SetIfGiven(record.eligible_leader_replicas, state.eligible);
  if (record.directories) state.directory = DirectoryOf(state.replicas, *record.directories);
  return absl::OkStatus();
}

absl::Status ImageEditor::On(const wire::RemoveTopicRecord& record) {
  const Topic* topic = Edit(record.topic_id);
  if (topic == nullptr) return NoTopic("RemoveTopicRecord", record.topic_id);
  facts_.partition_count -= topic->partitions.size();
  edits_[topic->name] = nullptr;
  return absl::OkStatus();
}

// What is set for the resource of a record; nullptr if there is no such topic.
config::Overrides* ImageEditor::SetOf(const wire::ConfigRecord& record) {
  if (record.resource_type == wire::ConfigResource::kBroker) {
    return record.resource_name.empty() ? &dynamic_.all : &dynamic_.own;
  }
  Topic* topic = Edit(record.resource_name);
  return topic != nullptr ? &topic->overrides : nullptr;
}

absl::Status ImageEditor::On(const wire::ConfigRecord& record) {
  const bool of_broker = record.resource_type == wire::ConfigResource::kBroker;
  if (!of_broker && record.resource_type != wire::ConfigResource::kTopic) return absl::OkStatus();
  const bool of_other = of_broker && !record.resource_name.empty() &&
                        record.resource_name != fmt::to_string(facts_.node_id);
  if (of_other) return absl::OkStatus();
  config::Overrides* set = SetOf(record);
  if (set == nullptr) {
    return absl::DataLossError(fmt::format("{} is set for topic {}, which is not there",
                                           record.name, record.resource_name));
  }
  if (record.value) {
    (*set)[std::string(record.name)] = *record.value;
  } else {
    set->erase(std::string(record.name));
  }
  return absl::OkStatus();
}

absl::Status ImageEditor::On(const wire::FeatureLevelRecord& record) {
  if (record.name == kMetadataVersion) facts_.metadata_version = record.feature_level;
  return absl::OkStatus();
}

absl::Status ImageEditor::On(const wire::ProducerIdsRecord& record) {
  // Never back: ids that were given out are not given out again.
  facts_.next_producer_id = std::max(facts_.next_producer_id, record.next_producer_id);
  return absl::OkStatus();
}

absl::Status ImageEditor::On(const wire::RegisterBrokerRecord& record) {
  if (record.broker_id == facts_.node_id) facts_.broker_epoch = record.broker_epoch;
  return absl::OkStatus();
}

absl::Status ImageEditor::On(const wire::ClearElrRecord& record) {
  if (!record.topic_name.empty()) {
    Topic* topic = Edit(record.topic_name);
    if (topic != nullptr) ForgetEligible(*topic);
    return absl::OkStatus();
  }
  for (const TopicRef& topic : base_->topics()) Edit(topic->name);
  for (const auto& [name, topic] : edits_) {
    if (topic != nullptr) ForgetEligible(*topic);
  }
  return absl::OkStatus();
}

void ImageEditor::Unplace(const Topic& topic) {
  for (const PartitionState& state : topic.partitions) {
    placement_.shards.Give(static_cast<size_t>(state.shard));
    const auto& ours = rules_.directories;
    const auto at = std::find(ours.begin(), ours.end(), state.directory);
    if (at != ours.end()) placement_.directories.Give(static_cast<size_t>(at - ours.begin()));
  }
}

void ImageEditor::Place(Topic& topic) {
  for (PartitionState& state : topic.partitions) {
    if (state.shard == kNoShard) {
      state.shard = static_cast<int>(placement_.shards.Take());
    } else {
      placement_.shards.Add(static_cast<size_t>(state.shard));
    }
    const auto& ours = rules_.directories;
    const auto at = std::find(ours.begin(), ours.end(), state.directory);
    if (at != ours.end()) placement_.directories.Add(static_cast<size_t>(at - ours.begin()));
  }
}

config::TopicConfig ImageEditor::ConfigOf(const Topic& topic) const {
  if (topic.overrides.empty()) return facts_.live->topics;
  return config::ResolveTopicConfig(topic.overrides, facts_.live->broker);
}

void ImageEditor::Finish(Topic& topic) {
  Place(topic);
  topic.config = ConfigOf(topic);
}

// If something was set for this broker: what it is now, and the topics that are told by it.
void ImageEditor::ResolveBroker() {
  if (dynamic_ == facts_.live->broker.dynamic()) return;
  facts_.live = std::make_shared<const LiveConfig>(rules_.config.With(dynamic_));
  for (const TopicRef& topic : base_->topics()) {
    if (Find(topic->name) == topic.get() && ConfigOf(*topic) != topic->config) Edit(topic->name);
  }
}

ImageRef ImageEditor::Build(int64_t version) {
  facts_.version = version;
  ResolveBroker();
  // First all that goes, so that what comes finds the room.
  for (const auto& [name, topic] : edits_) {
    if (const Topic* before = base_->Find(name)) Unplace(*before);
  }
  TopicTable topics = base_->topics();
  for (auto& [name, topic] : edits_) {
    if (topic == nullptr) {
      topics.Remove(name);
    } else {
      Finish(*topic);
      topics.Put(std::move(topic));
    }
  }
  return std::make_shared<Image>(std::move(facts_), std::move(topics));
}

}  // namespace varve::cluster
