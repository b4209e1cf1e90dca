#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uuid.h"
#include "server/cluster/image.h"
#include "server/cluster/placement.h"
#include "server/config/broker_config.h"
#include "server/wire/metadata_log.h"

namespace varve::cluster {

// What stays the same for all images of one run.
struct ImageRules {
  const config::BrokerConfig& config;  // as the broker was started
  std::vector<Uuid> directories;
};

// Turns one image into the next, record by record: replay and changes take the same way.
//
//   ImageEditor editor(image, rules, placement);
//   RETURN_IF_ERROR(editor.Apply(record));  ...
//   image = editor.Build(version);
//   placement = editor.placement();
//
// Cost      What it touches; of a broker's property, a look at every topic.
// Lifetime  `rules` outlives it.
class ImageEditor {
 public:
  ImageEditor(ImageRef base, const ImageRules& rules, Placement placement);

  // Records that are not about topics, this broker, features or producer ids change nothing.
  // DataLoss: it contradicts what came before (a partition of no topic, ...).
  absl::Status Apply(const wire::AnyMetadataRecord& record);

  // Gives new partitions their shards, in the order of names and numbers, and resolves
  // configurations. Once.
  ImageRef Build(int64_t version);

  // The topic as edited so far, without shards and configuration; nullptr if there is none.
  const Topic* Find(std::string_view name) const;
  // What is set for brokers, as edited so far.
  const config::DynamicOverrides& dynamic() const { return dynamic_; }
  const Placement& placement() const { return placement_; }

 private:
  static constexpr int kNoShard = -1;

  absl::Status On(const wire::TopicRecord& record);
  absl::Status On(const wire::PartitionRecord& record);
  absl::Status On(const wire::PartitionChangeRecord& record);
  absl::Status On(const wire::RemoveTopicRecord& record);
  absl::Status On(const wire::ConfigRecord& record);
  absl::Status On(const wire::FeatureLevelRecord& record);
  absl::Status On(const wire::ProducerIdsRecord& record);
  absl::Status On(const wire::ClearElrRecord& record);
  absl::Status On(const wire::RegisterBrokerRecord& record);
  template <typename Other>
  absl::Status On(const Other& /*record*/) {
    return absl::OkStatus();
  }

  Topic* Edit(std::string_view name);
  Topic* Edit(const Uuid& id);
  config::Overrides* SetOf(const wire::ConfigRecord& record);
  void ResolveBroker();
  config::TopicConfig ConfigOf(const Topic& topic) const;
  void Unplace(const Topic& topic);
  void Place(Topic& topic);
  void Finish(Topic& topic);
  Uuid DirectoryOf(const std::vector<int32_t>& replicas,
                   const std::vector<Uuid>& directories) const;

  ImageRef base_;
  const ImageRules& rules_;
  Placement placement_;
  Image::Facts facts_;
  config::DynamicOverrides dynamic_;
  // By name: topics that were made or changed; empty for those that are gone.
  std::map<std::string, std::shared_ptr<Topic>, std::less<>> edits_;
  std::map<Uuid, std::string> edited_names_;  // of the topics in edits_
};

}  // namespace varve::cluster
