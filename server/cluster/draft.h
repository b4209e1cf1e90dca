#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/random.h"
#include "server/cluster/collisions.h"
#include "server/cluster/config_rules.h"
#include "server/cluster/image.h"
#include "server/cluster/image_editor.h"
#include "server/cluster/placement.h"
#include "server/cluster/record_batch.h"
#include "server/cluster/topic_rules.h"

namespace varve::cluster {

// A topic by its name, or by its id if the name is empty.
struct TopicKey {
  std::string name{};
  Uuid id{};
};

// Producer ids from `first` to before `end`, which nobody was given and nobody else will be.
struct ProducerIdBlock {
  static constexpr int64_t kSize = 1000;  // Kafka's

  int64_t first = 0;
  int64_t end = 0;
};

// One change of the cluster's state in the making: the records that will stand in the log, and
// the image that they lead to. Nothing is written here.
//
// Each function takes one entry of a request; a verdict that is not ok() leaves the draft as it
// was.
class Draft {
 public:
  struct Context {
    const ImageRef& image;
    const ImageRules& rules;
    const Placement& placement;
    const Collisions& collisions;
    io::Random& random;
  };
  explicit Draft(const Context& context);

  // kTopicAlreadyExists; kInvalidTopicException: it collides; and the rules' (topic_rules.h).
  Verdict Create(const NewTopic& topic);
  // kUnknownTopicOrPartition, kUnknownTopicId; kInvalidRequest: name and id are both given, or
  // neither, or the topic is deleted already. Fills in what the key lacks.
  Verdict Delete(TopicKey& key);
  Verdict AddPartitions(const MorePartitions& request);
  // kUnknownTopicOrPartition; and the rules' (config_rules.h).
  Verdict Alter(const ConfigChange& change);
  // Names this node the leader again, in the next epoch.
  // Requires: the partition exists; not more of them than a batch holds.
  void BeginLeaderEpoch(std::string_view topic, int32_t partition);

  // The next ids. Once a draft. kUnknownServerError: none are left.
  Verdict TakeProducerIds(ProducerIdBlock& block);

  const RecordBatch& records() const { return records_; }
  ImageEditor& editor() { return editor_; }
  // Names that came and went.
  const std::vector<std::string>& created() const { return created_; }
  const std::vector<std::string>& deleted() const { return deleted_; }

 private:
  Verdict CheckName(const std::string& name) const;
  Verdict CheckPartitionsLeft(int64_t more) const;
  Verdict TakePartitions(const Uuid& topic_id, int32_t first, int32_t end, RecordBatch records);
  Verdict Take(RecordBatch records);
  Verdict AlterTopicConfig(const ConfigChange& change);
  Verdict AlterBrokerConfig(const ConfigChange& change);

  const ImageRef image_;
  const ImageRules& rules_;
  const Collisions& collisions_;
  io::Random& random_;
  ImageEditor editor_;
  Spread directories_;
  RecordBatch records_;
  Collisions new_names_;
  int64_t new_partitions_ = 0;
  std::vector<std::string> created_;
  std::vector<std::string> deleted_;
};

}  // namespace varve::cluster
