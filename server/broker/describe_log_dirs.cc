#include "server/wire/describe_log_dirs.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/api_table.h"
#include "server/broker/call_home.h"
#include "server/broker/fan_out.h"
#include "server/broker/storage.h"

// Sizes come from the shards that own the logs, everything about the directories from the storage.
namespace varve::broker {
namespace {

using wire::ErrorCode;
using Request = wire::DescribeLogDirsRequest;
using Response = wire::DescribeLogDirsResponse;

using Wanted = std::optional<std::set<std::pair<std::string_view, int32_t>>>;  // nothing: all

struct LogSize {
  std::string directory;
  cluster::TopicRef topic;
  int32_t index = 0;
  int64_t bytes = 0;
};

struct ShardSizes {
  const Wanted* wanted = nullptr;
  std::vector<LogSize> sizes{};
};

// By directory and topic.
using Sizes = std::map<std::string, std::map<std::string_view, std::vector<Response::Partition>>>;

Wanted WantedBy(const Request& request) {
  if (!request.topics) return std::nullopt;
  Wanted wanted;
  wanted.emplace();
  for (const Request::Topic& topic : *request.topics) {
    for (const int32_t index : topic.partitions) wanted->emplace(topic.topic, index);
  }
  return wanted;
}

io::Task<void> MeasureOn(Shard& shard, Items<ShardSizes> items) {
  for (ShardSizes* item : items) {
    const Wanted& wanted = *item->wanted;
    for (const PartitionKey& key : shard.Keys()) {
      Partition* partition = shard.Find(key);
      if (partition == nullptr) continue;
      const cluster::TopicRef& topic = partition->topic_ref();
      if (wanted && !wanted->contains({topic->name, key.index})) continue;
      const log::Log& log = partition->log();
      item->sizes.push_back({io::ParentPath(log.directory()), topic, key.index,
                             static_cast<int64_t>(log.size_bytes())});
    }
  }
  co_return;
}

Sizes Sorted(const std::vector<ShardSizes>& measured) {
  Sizes sorted;
  for (const ShardSizes& shard : measured) {
    for (const LogSize& size : shard.sizes) {
      Response::Partition partition;
      partition.partition_index = size.index;
      partition.partition_size = size.bytes;
      sorted[size.directory][size.topic->name].push_back(partition);
    }
  }
  return sorted;
}

Response::Result ToResult(const DirectoryFacts& facts, Sizes& sizes) {
  Response::Result result;
  result.log_dir = facts.path;
  if (!facts.usable) {
    result.error_code = ErrorCode::kKafkaStorageError;
    return result;
  }
  if (facts.space) {
    result.total_bytes = static_cast<int64_t>(facts.space->total_bytes);
    result.usable_bytes = static_cast<int64_t>(facts.space->free_bytes);
  }
  for (auto& [topic, partitions] : sizes[facts.path]) {
    result.topics.push_back({topic, std::move(partitions)});
  }
  return result;
}

}  // namespace

io::Task<absl::Status> HandleDescribeLogDirs(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::DescribeLogDirsRequest>(body, context.version()));
  const Wanted wanted = WantedBy(request);
  std::vector<ShardSizes> measured(context.broker.shards.size(), ShardSizes{&wanted});
  ByShard<ShardSizes> by_shard(measured.size());
  for (size_t i = 0; i < measured.size(); ++i) by_shard[i].push_back(&measured[i]);
  co_await FanOut(context, std::move(by_shard), MeasureOn);
  Storage& storage = *context.broker.storage;
  auto describe = [&] { return storage.Describe(); };
  const std::vector<DirectoryFacts> directories = co_await CallHome(context, describe);
  Sizes sizes = Sorted(measured);
  Response response;
  for (const DirectoryFacts& facts : directories) {
    response.results.push_back(ToResult(facts, sizes));
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
