#include "server/broker/image_topics.h"

namespace varve::broker {

int64_t ImageTopics::version() const { return shard_.image()->version(); }

std::optional<coordinator::TopicFacts> ImageTopics::Find(std::string_view name) const {
  const cluster::Topic* const topic = shard_.image()->Find(name);
  if (topic == nullptr) return std::nullopt;
  return coordinator::TopicFacts{topic->id, static_cast<int32_t>(topic->partitions.size())};
}

std::vector<std::string> ImageTopics::Names(
    const std::function<bool(std::string_view)>& wanted) const {
  std::vector<std::string> names;
  for (const cluster::TopicRef& topic : shard_.image()->topics()) {
    if (wanted(topic->name)) names.push_back(topic->name);
  }
  return names;
}

}  // namespace varve::broker
