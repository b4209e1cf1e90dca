#include <fmt/format.h>

#include <algorithm>

#include "server/wire/list_offsets.h"
#include "tools/text/amount.h"
#include "tools/varve/command/topic.h"
#include "tools/varve/facts/configs.h"
#include "tools/varve/facts/topics.h"

namespace varve::cli {
namespace {

// What was measured of the partitions of all topics that are shown.
struct Measures {
  OffsetMap start;
  OffsetMap end;
  SizeMap sizes;
};

// All that is shown of one topic.
struct Description {
  TopicFacts topic;
  std::vector<ConfigFacts> configs;  // that are not defaults
  const Measures* measures = nullptr;

  int64_t StartOf(int32_t partition) const { return OffsetOf(measures->start, partition); }
  int64_t EndOf(int32_t partition) const { return OffsetOf(measures->end, partition); }
  int64_t SizeOf(int32_t partition) const {
    const auto found = measures->sizes.find({topic.name, partition});
    return found == measures->sizes.end() ? -1 : found->second;
  }

 private:
  int64_t OffsetOf(const OffsetMap& offsets, int32_t partition) const {
    const auto found = offsets.find({topic.name, partition});
    return found == offsets.end() ? -1 : found->second.offset;
  }
};

// -1 if any of them is unknown.
template <typename Of>
int64_t Sum(const TopicFacts& topic, Of of) {
  int64_t sum = 0;
  for (const PartitionFacts& partition : topic.partitions) {
    const int64_t one = of(partition.index);
    if (one < 0) return -1;
    sum += one;
  }
  return sum;
}

int64_t SizeOf(const TopicFacts& topic, const SizeMap& sizes) {
  return Sum(topic, [&](int32_t index) {
    const auto found = sizes.find({topic.name, index});
    return found == sizes.end() ? int64_t{-1} : found->second;
  });
}

int64_t OffsetsIn(const Description& shown) {
  return Sum(shown.topic, [&](int32_t index) {
    const int64_t start = shown.StartOf(index);
    const int64_t end = shown.EndOf(index);
    return start < 0 || end < 0 ? int64_t{-1} : end - start;
  });
}

std::string Offset(int64_t offset) { return offset < 0 ? "-" : fmt::format("{}", offset); }
std::string Leader(int32_t leader) { return leader < 0 ? "none" : fmt::format("{}", leader); }

std::optional<int64_t> Known(int64_t number) {
  return number < 0 ? std::nullopt : std::optional(number);
}

void AddIds(text::JsonWriter& json, std::string_view name, const std::vector<int32_t>& ids) {
  json.Key(name).BeginArray();
  for (const int32_t id : ids) json.Int(id);
  json.EndArray();
}

void AddConfigs(text::JsonWriter& json, const std::vector<ConfigFacts>& configs) {
  json.Key("configs").BeginObject();
  for (const ConfigFacts& config : configs) json.Field(config.name, config.value);
  json.EndObject();
}

void AddPartition(text::JsonWriter& json, const Description& shown,
                  const PartitionFacts& partition) {
  json.BeginObject().Field("partition", partition.index);
  json.Field("leader", Known(partition.leader)).Field("leaderEpoch", partition.leader_epoch);
  AddIds(json, "replicas", partition.replicas);
  AddIds(json, "isr", partition.isr);
  json.Field("startOffset", Known(shown.StartOf(partition.index)));
  json.Field("endOffset", Known(shown.EndOf(partition.index)));
  json.Field("sizeBytes", Known(shown.SizeOf(partition.index))).EndObject();
}

void AddTopic(text::JsonWriter& json, const Description& shown) {
  const TopicFacts& topic = shown.topic;
  json.BeginObject().Field("topic", topic.name).Field("id", topic.id.ToString());
  json.Flag("internal", topic.internal).Field("replicationFactor", topic.replication());
  json.Field("sizeBytes", Known(SizeOf(topic, shown.measures->sizes)));
  AddConfigs(json, shown.configs);
  json.Key("partitions").BeginArray();
  for (const PartitionFacts& partition : topic.partitions) AddPartition(json, shown, partition);
  json.EndArray().EndObject();
}

text::Table PartitionTable(const Description& shown) {
  text::Table table({">PARTITION", "LEADER", "REPLICAS", "ISR", ">START", ">END", ">SIZE"});
  for (const PartitionFacts& partition : shown.topic.partitions) {
    table.Add({fmt::format("{}", partition.index), Leader(partition.leader),
               fmt::format("{}", fmt::join(partition.replicas, ",")),
               fmt::format("{}", fmt::join(partition.isr, ",")),
               Offset(shown.StartOf(partition.index)), Offset(shown.EndOf(partition.index)),
               text::SizeText(shown.SizeOf(partition.index))});
  }
  return table;
}

void PrintTopic(Output& out, const Description& shown) {
  const TopicFacts& topic = shown.topic;
  out.Line(fmt::format("Topic {}{}", topic.name, topic.internal ? " (internal)" : ""));
  if (!topic.id.zero()) out.Line("  id           " + topic.id.ToString());
  out.Line(fmt::format("  partitions   {}, replication factor {}", topic.partitions.size(),
                       topic.replication()));
  out.Line(fmt::format("  offsets      {}, {}", text::CountText(OffsetsIn(shown)),
                       text::SizeText(SizeOf(topic, shown.measures->sizes))));
  for (const ConfigFacts& config : shown.configs) {
    out.Line(fmt::format("  config       {}={}", config.name, config.value.value_or("(secret)")));
  }
  out.Write("\n");
  out.Print(PartitionTable(shown));
}

io::Task<absl::StatusOr<std::vector<TopicFacts>>> TopicsToDescribe(Client& client,
                                                                   std::vector<std::string> names) {
  if (!names.empty()) co_return co_await NamedTopics(client, std::move(names));
  CO_ASSIGN_OR_RETURN(auto topics, co_await AllTopics(client));
  std::erase_if(topics, [](const TopicFacts& topic) { return topic.internal; });
  co_return topics;
}

io::Task<absl::StatusOr<Measures>> Measure(Client& client, std::vector<TopicFacts> topics) {
  Measures measures;
  CO_ASSIGN_OR_RETURN(measures.start, co_await OffsetsAt(client, topics, wire::kEarliestTimestamp));
  CO_ASSIGN_OR_RETURN(measures.end, co_await OffsetsAt(client, topics, wire::kLatestTimestamp));
  CO_ASSIGN_OR_RETURN(measures.sizes, co_await Sizes(client, topics));
  co_return measures;
}

io::Task<absl::StatusOr<std::vector<ConfigFacts>>> ConfigsSetOn(Client& client, std::string topic) {
  Resource resource;
  resource.name = topic;
  CO_ASSIGN_OR_RETURN(auto configs, co_await Configs(client, resource, /*documentation=*/false));
  std::erase_if(configs, [](const ConfigFacts& config) {
    return !IsSetOn(wire::ConfigResource::kTopic, config.source);
  });
  co_return configs;
}

io::Task<absl::StatusOr<std::vector<Description>>> Describe(Client& client,
                                                            std::vector<TopicFacts> topics,
                                                            const Measures& measures) {
  std::vector<Description> all;
  for (const TopicFacts& topic : topics) {
    CO_ASSIGN_OR_RETURN(auto configs, co_await ConfigsSetOn(client, topic.name));
    all.push_back({topic, std::move(configs), &measures});
  }
  co_return all;
}

text::Table ListTable(const std::vector<TopicFacts>& topics, const SizeMap& sizes) {
  text::Table table({"TOPIC", ">PARTITIONS", ">REPLICATION", ">SIZE"});
  for (const TopicFacts& topic : topics) {
    table.Add({topic.name, fmt::format("{}", topic.partitions.size()),
               fmt::format("{}", topic.replication()), text::SizeText(SizeOf(topic, sizes))});
  }
  return table;
}

text::JsonWriter ListJson(const std::vector<TopicFacts>& topics, const SizeMap& sizes) {
  text::JsonWriter json;
  json.BeginArray();
  for (const TopicFacts& topic : topics) {
    json.BeginObject().Field("topic", topic.name).Field("id", topic.id.ToString());
    json.Flag("internal", topic.internal).Field("partitions", topic.partitions.size());
    json.Field("replicationFactor", topic.replication());
    json.Field("sizeBytes", Known(SizeOf(topic, sizes))).EndObject();
  }
  json.EndArray();
  return json;
}

}  // namespace

io::Task<absl::Status> ListTopics(Session& session, const ListTopicsOptions& options) {
  CO_ASSIGN_OR_RETURN(auto topics, co_await AllTopics(session.client));
  const size_t all = topics.size();
  if (!options.internal) {
    std::erase_if(topics, [](const TopicFacts& topic) { return topic.internal; });
  }
  CO_ASSIGN_OR_RETURN(const SizeMap sizes, co_await Sizes(session.client, topics));
  if (session.json()) {
    text::JsonWriter json = ListJson(topics, sizes);
    session.out.Print(json);
  } else if (!topics.empty()) {
    session.out.Print(ListTable(topics, sizes));
  } else {
    session.out.Line(all == 0 ? "there are no topics: varve topic create NAME makes one"
                              : "there are no topics but internal ones (--internal)");
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> DescribeTopics(Session& session, const DescribeTopicOptions& options) {
  CO_ASSIGN_OR_RETURN(auto topics, co_await TopicsToDescribe(session.client, options.names));
  CO_ASSIGN_OR_RETURN(const Measures measures, co_await Measure(session.client, topics));
  CO_ASSIGN_OR_RETURN(const auto all,
                      co_await Describe(session.client, std::move(topics), measures));
  if (session.json()) {
    text::JsonWriter json;
    json.BeginArray();
    for (const Description& shown : all) AddTopic(json, shown);
    json.EndArray();
    session.out.Print(json);
    co_return absl::OkStatus();
  }
  for (const Description& shown : all) {
    if (&shown != &all.front()) session.out.Write("\n");
    PrintTopic(session.out, shown);
  }
  co_return absl::OkStatus();
}

}  // namespace varve::cli
