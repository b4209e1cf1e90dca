#pragma once

#include "server/broker/shard.h"
#include "server/coordinator/consumer/topics.h"

namespace varve::broker {

// The topics of a shard's image, as groups ask for them. The shard outlives it.
class ImageTopics : public coordinator::TopicCatalog {
 public:
  explicit ImageTopics(const Shard& shard) : shard_(shard) {}

  int64_t version() const override;
  std::optional<coordinator::TopicFacts> Find(std::string_view name) const override;
  std::vector<std::string> Names(
      const std::function<bool(std::string_view)>& wanted) const override;

 private:
  const Shard& shard_;
};

}  // namespace varve::broker
