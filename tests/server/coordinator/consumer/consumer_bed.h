#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/coordinator/consumer/group.h"

namespace varve::coordinator {

// Topics that a test makes and changes.
class FakeTopics : public TopicCatalog {
 public:
  void Set(const std::string& name, uint64_t id, int32_t partitions) {
    topics_[name] = {{id, id}, partitions};
    ++version_;
  }
  void Remove(const std::string& name) {
    topics_.erase(name);
    ++version_;
  }

  int64_t version() const override { return version_; }
  std::optional<TopicFacts> Find(std::string_view name) const override {
    const auto found = topics_.find(name);
    if (found == topics_.end()) return std::nullopt;
    return found->second;
  }
  std::vector<std::string> Names(
      const std::function<bool(std::string_view)>& wanted) const override {
    std::vector<std::string> names;
    for (const auto& [name, facts] : topics_) {
      if (wanted(name)) names.push_back(name);
    }
    return names;
  }

 private:
  std::map<std::string, TopicFacts, std::less<>> topics_;
  int64_t version_ = 0;
};

// A client as it should be: it remembers its epoch and its partitions, gives up what it is told
// to, and says so.
struct FakeConsumer {
  std::string id{};
  std::optional<std::string> instance_id{};
  std::vector<std::string> topics{"a"};
  std::optional<std::string> regex{};
  std::optional<std::string> assignor{};
  int32_t rebalance_ms = 60'000;
  int32_t epoch = 0;
  Assignment owned{};
};

// A group, its owner and the passing of time. What is to be written goes into `stored` at once.
class ConsumerBed {
 public:
  static constexpr int64_t kSessionMs = 45'000;

  explicit ConsumerBed(ConsumerConfig given = {})
      : config(std::move(given)), group(&config, &topics) {
    topics.Set("a", 1, 6);
  }

  // One heartbeat; the first one joins. The consumer takes over what it is told.
  HeartbeatAnswer Beat(FakeConsumer& consumer);
  // The same, and it does not give up what it has to.
  HeartbeatAnswer BeatHolding(FakeConsumer& consumer);
  HeartbeatAnswer Leave(const FakeConsumer& consumer, int32_t epoch = -1);
  // All of them, until nothing changes.
  void Settle(std::vector<FakeConsumer*> consumers);
  void Pass(int64_t ms);
  // The same group, as its records tell it.
  void Reload();

  Now now() const { return {.mono_ms = now_ms, .wall_ms = 1'000'000 + now_ms}; }

  ConsumerConfig config;
  FakeTopics topics;
  int64_t now_ms = 0;
  ConsumerGroup group;
  StoredConsumerGroup stored;
  std::vector<LogRecord> records;  // each that was written

 private:
  HeartbeatAnswer Send(const FakeConsumer& consumer);
  void Store();
};

inline Assignment Of(uint64_t topic, std::initializer_list<int32_t> partitions) {
  Assignment assignment;
  for (const int32_t each : partitions) assignment.push_back({{topic, topic}, each});
  return assignment;
}

}  // namespace varve::coordinator
