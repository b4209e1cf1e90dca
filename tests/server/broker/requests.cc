#include "tests/server/broker/requests.h"

#include <fmt/format.h>

#include <cstdlib>

#include "engine/base/check.h"
#include "engine/record/record.h"

namespace varve::broker::test {
namespace {

uint64_t ReadSeed() {
  const char* text = std::getenv("VARVE_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 0) : 20260101;
  fmt::print("VARVE_SEED={}\n", seed);
  return seed;
}

void AddValues(record::BatchView batch, std::vector<std::string>& values) {
  const auto plain = record::PlainRecords::Open(batch, 64 << 20);
  VARVE_CHECK(plain.ok(), "{}", plain.status().ToString());
  record::RecordIterator records(batch, plain->bytes());
  for (record::RecordView record; records.Next(record);) {
    values.emplace_back(record.value ? AsText(*record.value) : "(null)");
  }
  VARVE_CHECK(records.status().ok(), "{}", records.status().ToString());
}

}  // namespace

uint64_t Seed() {
  static const uint64_t seed = ReadSeed();
  return seed;
}

Buffer Batch(const std::vector<std::string>& values, int64_t timestamp,
             record::BatchOptions options) {
  record::BatchBuilder builder(options);
  for (const std::string& value : values) {
    builder.Append({.timestamp = timestamp, .value = AsBytes(value)});
  }
  return builder.Build();
}

std::vector<std::string> Values(Bytes batches) {
  std::vector<std::string> values;
  while (batches.size() >= sizeof(record::BatchHeader)) {
    const size_t size = record::BatchView(batches).size_bytes();
    if (size > batches.size()) break;
    AddValues(record::BatchView(batches.first(size)), values);
    batches = batches.subspan(size);
  }
  return values;
}

void CreateTopic(Client& client, std::string_view name, int32_t partitions,
                 const std::vector<std::pair<std::string, std::string>>& configs) {
  wire::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = 1;
  for (const auto& [key, value] : configs) topic.configs.push_back({key, value});
  const auto response = client.Call(request, 7);
  VARVE_CHECK(response.topics.at(0).error_code == wire::ErrorCode::kNone, "{}: {}", name,
              response.topics[0].error_message.value_or(""));
}

wire::ErrorCode DeleteTopic(Client& client, std::string_view name) {
  wire::DeleteTopicsRequest request;
  request.topics.push_back({name, {}});
  return client.Call(request, 6).topics.at(0).error_code;
}

wire::MetadataResponse::Topic Describe(Client& client, std::string_view topic) {
  wire::MetadataRequest request;
  request.topics.emplace().push_back({{}, topic});
  request.allow_auto_topic_creation = false;
  return client.Call(request, 12).topics.at(0);
}

Uuid TopicId(Client& client, std::string_view name) { return Describe(client, name).topic_id; }

wire::ProduceRequest ProduceOf(std::string_view topic, std::vector<ToPartition>& to, int16_t acks) {
  wire::ProduceRequest request;
  request.acks = acks;
  request.timeout_ms = 30'000;
  auto& entry = request.topics.emplace_back();
  entry.name = topic;
  for (ToPartition& one : to) {
    entry.partitions.push_back({one.index, wire::RequestRecords{one.batch}});
  }
  return request;
}

wire::ProduceResponse::Partition Produce(Client& client, std::string_view topic, int32_t partition,
                                         Buffer batch, int version, int16_t acks) {
  std::vector<ToPartition> to{{partition, std::move(batch)}};
  const wire::ProduceRequest request = ProduceOf(topic, to, acks);
  return client.Call(request, version).topics.at(0).partitions.at(0);
}

int64_t Put(Machine& machine, std::string_view topic, const std::vector<std::string>& values,
            int32_t partition) {
  Client& client =
      machine.client();  // which may have to connect: before anything looks at the time
  const auto answer = Produce(client, topic, partition, Batch(values, machine.NowMs()));
  VARVE_CHECK(answer.error_code == wire::ErrorCode::kNone, "{}: {} {}", topic,
              wire::Name(answer.error_code), answer.error_message.value_or(""));
  return answer.base_offset;
}

wire::FetchRequest FetchOf(std::string_view topic, const std::vector<FromPartition>& from) {
  wire::FetchRequest request;
  request.max_bytes = 50 << 20;
  request.min_bytes = 1;
  auto& entry = request.topics.emplace_back();
  entry.name = topic;
  for (const FromPartition& one : from) {
    auto& partition = entry.partitions.emplace_back();
    partition.index = one.index;
    partition.fetch_offset = one.offset;
    partition.max_bytes = one.bytes_max;
  }
  return request;
}

const wire::FetchResponse::Partition& Only(const wire::FetchResponse& response) {
  VARVE_CHECK(response.topics.size() == 1 && response.topics[0].partitions.size() == 1, "{} topics",
              response.topics.size());
  return response.topics[0].partitions[0];
}

std::vector<std::string> Get(Client& client, std::string_view topic, int64_t offset,
                             int32_t partition) {
  const auto response = client.Call(FetchOf(topic, {{partition, offset}}), kFetchVersion);
  const auto& answer = Only(response);
  VARVE_CHECK(answer.error_code == wire::ErrorCode::kNone, "{}", wire::Name(answer.error_code));
  return Values(answer.records.bytes);
}

wire::ListOffsetsResponse::Partition ListOffset(Client& client, std::string_view topic,
                                                int64_t timestamp, int32_t partition, int version) {
  wire::ListOffsetsRequest request;
  auto& entry = request.topics.emplace_back();
  entry.name = topic;
  auto& asked = entry.partitions.emplace_back();
  asked.index = partition;
  asked.timestamp = timestamp;
  return client.Call(request, version).topics.at(0).partitions.at(0);
}

}  // namespace varve::broker::test
