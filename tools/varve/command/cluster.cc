#include "tools/varve/command/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "server/wire/describe_log_dirs.h"
#include "server/wire/metadata.h"
#include "tools/text/amount.h"
#include "tools/varve/client/errors.h"

namespace varve::cli {
namespace {

struct DirectoryFacts {
  std::string path;
  wire::ErrorCode error = wire::ErrorCode::kNone;
  int64_t partitions = 0;
  int64_t size_bytes = 0;
  int64_t total_bytes = -1;
  int64_t free_bytes = -1;
};

struct BrokerFacts {
  int32_t id = 0;
  std::string address;
  std::string rack;
  std::string trouble;  // why it could not be asked
  Spoken spoken;
  std::vector<DirectoryFacts> directories;
};

struct ClusterFacts {
  std::string id;
  int32_t controller = -1;
  std::vector<BrokerFacts> brokers;

  const std::vector<FeatureLevel>& features() const {
    static const std::vector<FeatureLevel> kNone;
    const auto answered = std::find_if(brokers.begin(), brokers.end(),
                                       [](const BrokerFacts& one) { return one.trouble.empty(); });
    return answered == brokers.end() ? kNone : answered->spoken.features;
  }
};

wire::ErrorCode NoError(const wire::MetadataResponse& /*response*/) {
  return wire::ErrorCode::kNone;
}

DirectoryFacts ToFacts(const wire::DescribeLogDirsResponse::Result& result) {
  DirectoryFacts facts;
  facts.path = result.log_dir;
  facts.error = result.error_code;
  facts.total_bytes = result.total_bytes;
  facts.free_bytes = result.usable_bytes;
  for (const auto& topic : result.topics) {
    for (const auto& partition : topic.partitions) {
      ++facts.partitions;
      facts.size_bytes += partition.partition_size;
    }
  }
  return facts;
}

// A broker that does not answer is shown as one; the rest of the cluster can still be looked at.
io::Task<> AskBroker(Client& client, BrokerFacts& broker) {
  auto spoken = co_await client.SpokenBy(Target::Broker(broker.id));
  if (!spoken.ok()) {
    broker.trouble = std::string(spoken.status().message());
    co_return;
  }
  broker.spoken = *std::move(spoken);
  const wire::DescribeLogDirsRequest all;
  const auto reply =
      co_await client.CallOnce<wire::DescribeLogDirsResponse>(Target::Broker(broker.id), all);
  if (!reply.ok()) co_return;
  for (const auto& result : reply->body.results) broker.directories.push_back(ToFacts(result));
}

io::Task<absl::StatusOr<ClusterFacts>> Ask(Client& client) {
  wire::MetadataRequest request;
  request.topics.emplace();
  request.allow_auto_topic_creation = false;
  CO_ASSIGN_OR_RETURN(const auto reply, co_await client.Call<wire::MetadataResponse>(
                                            Target::Any(), request, &NoError));
  ClusterFacts cluster;
  cluster.id = reply.body.cluster_id.value_or("");
  cluster.controller = reply.body.controller_id;
  for (const auto& broker : reply.body.brokers) {
    BrokerFacts& facts = cluster.brokers.emplace_back();
    facts.id = broker.node_id;
    facts.rack = broker.rack.value_or("");
    const io::Endpoint endpoint{std::string(broker.host), static_cast<uint16_t>(broker.port)};
    facts.address = endpoint.ToString();
  }
  std::sort(cluster.brokers.begin(), cluster.brokers.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  for (BrokerFacts& broker : cluster.brokers) co_await AskBroker(client, broker);
  co_return cluster;
}

void AddApis(text::JsonWriter& json, const Spoken& spoken) {
  json.Key("apiVersions").BeginArray();
  for (int key = 0; key < wire::kApiKeys; ++key) {
    const VersionRange range = spoken.Of(static_cast<wire::ApiKey>(key));
    if (range.empty()) continue;
    json.BeginObject().Field("key", key).Field("name", wire::Name(static_cast<wire::ApiKey>(key)));
    json.Field("min", range.min).Field("max", range.max).EndObject();
  }
  json.EndArray();
}

void AddDirectory(text::JsonWriter& json, const DirectoryFacts& directory) {
  const auto known = [](int64_t bytes) {
    return bytes < 0 ? std::nullopt : std::optional<int64_t>(bytes);
  };
  json.BeginObject().Field("path", directory.path);
  json.Field("error", wire::Name(directory.error)).Field("partitions", directory.partitions);
  json.Field("sizeBytes", directory.size_bytes).Field("freeBytes", known(directory.free_bytes));
  json.Field("totalBytes", known(directory.total_bytes)).EndObject();
}

text::JsonWriter Json(const ClusterFacts& cluster, bool api_versions) {
  text::JsonWriter json;
  json.BeginObject().Field("clusterId", cluster.id).Field("controller", cluster.controller);
  json.Key("features").BeginObject();
  for (const FeatureLevel& feature : cluster.features()) json.Field(feature.name, feature.level);
  json.EndObject().Key("brokers").BeginArray();
  for (const BrokerFacts& broker : cluster.brokers) {
    json.BeginObject().Field("id", broker.id).Field("address", broker.address);
    if (!broker.rack.empty()) json.Field("rack", broker.rack);
    if (!broker.trouble.empty()) json.Field("error", broker.trouble);
    json.Key("logDirs").BeginArray();
    for (const DirectoryFacts& directory : broker.directories) AddDirectory(json, directory);
    json.EndArray();
    if (api_versions) AddApis(json, broker.spoken);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return json;
}

std::string StateOf(const DirectoryFacts& directory) {
  return directory.error == wire::ErrorCode::kNone ? "ok"
                                                   : std::string(wire::Name(directory.error));
}

void PrintDirectories(Output& out, const ClusterFacts& cluster) {
  text::Table table(
      {">BROKER", "LOG DIRECTORY", "STATE", ">PARTITIONS", ">SIZE", ">FREE", ">VOLUME"});
  for (const BrokerFacts& broker : cluster.brokers) {
    for (const DirectoryFacts& directory : broker.directories) {
      table.Add({fmt::format("{}", broker.id), directory.path, StateOf(directory),
                 fmt::format("{}", directory.partitions), text::SizeText(directory.size_bytes),
                 text::SizeText(directory.free_bytes), text::SizeText(directory.total_bytes)});
    }
  }
  if (table.empty()) return;
  out.Write("\n");
  out.Print(table);
}

void PrintApis(Output& out, const BrokerFacts& broker) {
  text::Table table({">KEY", "API", ">OLDEST", ">NEWEST"});
  for (int key = 0; key < wire::kApiKeys; ++key) {
    const auto api = static_cast<wire::ApiKey>(key);
    const VersionRange range = broker.spoken.Of(api);
    if (range.empty()) continue;
    table.Add({fmt::format("{}", key), std::string(wire::Name(api)), fmt::format("{}", range.min),
               fmt::format("{}", range.max)});
  }
  out.Line(fmt::format("\nWhat broker {} serves", broker.id));
  out.Print(table);
}

void PrintCluster(Output& out, const ClusterFacts& cluster) {
  out.Line("Cluster " + cluster.id);
  out.Line(fmt::format("  controller   {}",
                       cluster.controller < 0 ? "none" : fmt::format("{}", cluster.controller)));
  for (const FeatureLevel& feature : cluster.features()) {
    out.Line(fmt::format("  feature      {} {}", feature.name, feature.level));
  }
  text::Table table({">BROKER", "ADDRESS", "RACK", "STATE"});
  for (const BrokerFacts& broker : cluster.brokers) {
    table.Add({fmt::format("{}", broker.id), broker.address,
               broker.rack.empty() ? "-" : broker.rack,
               broker.trouble.empty() ? "ok" : broker.trouble});
  }
  out.Write("\n");
  out.Print(table);
  PrintDirectories(out, cluster);
}

}  // namespace

io::Task<absl::Status> ShowCluster(Session& session, const ClusterOptions& options) {
  CO_ASSIGN_OR_RETURN(const ClusterFacts cluster, co_await Ask(session.client));
  if (session.json()) {
    text::JsonWriter json = Json(cluster, options.api_versions);
    session.out.Print(json);
    co_return absl::OkStatus();
  }
  PrintCluster(session.out, cluster);
  if (options.api_versions) {
    for (const BrokerFacts& broker : cluster.brokers) PrintApis(session.out, broker);
  }
  co_return absl::OkStatus();
}

}  // namespace varve::cli
