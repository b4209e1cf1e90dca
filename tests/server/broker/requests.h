#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/record/builder.h"
#include "tests/server/broker/client.h"
#include "tests/server/broker/machine.h"

// The words that tests are told in: requests with one entry or a few, and what came of them.
namespace varve::broker::test {

// Of VARVE_SEED if that is set, and printed; otherwise the same in every run.
uint64_t Seed();

inline constexpr int kProduceVersion = 12;
inline constexpr int kFetchVersion = 12;

// A batch of one record for each value, without keys, at one time.
Buffer Batch(const std::vector<std::string>& values, int64_t timestamp,
             record::BatchOptions options = {});
// The values of all records in batches that a fetch brought. The last batch may be cut short.
std::vector<std::string> Values(Bytes batches);

// Creates a topic and expects that to work.
void CreateTopic(Client& client, std::string_view name, int32_t partitions = 1,
                 const std::vector<std::pair<std::string, std::string>>& configs = {});
wire::ErrorCode DeleteTopic(Client& client, std::string_view name);
Uuid TopicId(Client& client, std::string_view name);

struct ToPartition {
  int32_t index = 0;
  Buffer batch{};
};
// A request for one topic. Lifetime: `to` outlives the request.
wire::ProduceRequest ProduceOf(std::string_view topic, std::vector<ToPartition>& to,
                               int16_t acks = -1);
wire::ProduceResponse::Partition Produce(Client& client, std::string_view topic, int32_t partition,
                                         Buffer batch, int version = kProduceVersion,
                                         int16_t acks = -1);
// Appends these values and expects that to work; returns the first one's offset.
int64_t Put(Machine& machine, std::string_view topic, const std::vector<std::string>& values,
            int32_t partition = 0);

struct FromPartition {
  int32_t index = 0;
  int64_t offset = 0;
  int32_t bytes_max = 1 << 20;
};
wire::FetchRequest FetchOf(std::string_view topic, const std::vector<FromPartition>& from);
// The only partition of an answer.
const wire::FetchResponse::Partition& Only(const wire::FetchResponse& response);
// Everything from `offset` on.
std::vector<std::string> Get(Client& client, std::string_view topic, int64_t offset = 0,
                             int32_t partition = 0);

wire::ListOffsetsResponse::Partition ListOffset(Client& client, std::string_view topic,
                                                int64_t timestamp, int32_t partition = 0,
                                                int version = 7);
wire::MetadataResponse::Topic Describe(Client& client, std::string_view topic);

}  // namespace varve::broker::test
