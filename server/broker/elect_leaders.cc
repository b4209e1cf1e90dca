#include "server/wire/elect_leaders.h"

#include <string_view>
#include <utility>

#include "engine/base/status.h"
#include "server/broker/api_table.h"

// Where there is one broker it leads all that it can lead: an election has nothing to change.
namespace varve::broker {
namespace {

using wire::ElectionType;
using wire::ErrorCode;
using Request = wire::ElectLeadersRequest;
using Response = wire::ElectLeadersResponse;

Response::Partition Refuse(int32_t index, ErrorCode error, std::string_view message) {
  return {index, error, std::string(message)};
}

Response::Partition Elect(const cluster::PartitionState* state, int32_t index, ElectionType type) {
  if (state == nullptr) {
    return Refuse(index, ErrorCode::kUnknownTopicOrPartition, "there is no such partition");
  }
  const bool led = state->leader != cluster::kNoLeader;
  const bool preferred = led && !state->replicas.empty() && state->leader == state->replicas[0];
  if (type == ElectionType::kPreferred ? preferred : led) {
    return Refuse(index, ErrorCode::kElectionNotNeeded, "the partition has such a leader");
  }
  if (type == ElectionType::kPreferred) {
    return Refuse(index, ErrorCode::kPreferredLeaderNotAvailable,
                  "the first of its replicas is on another broker");
  }
  return Refuse(index, ErrorCode::kEligibleLeadersNotAvailable, "no replica is on this broker");
}

// Of all partitions, those alone for which an election would be needed.
void AddAll(const cluster::Image& image, ElectionType type, Response& response) {
  for (const cluster::TopicRef& topic : image.topics()) {
    Response::Topic entry{topic->name, {}};
    int32_t index = 0;
    for (const cluster::PartitionState& state : topic->partitions) {
      Response::Partition result = Elect(&state, index++, type);
      if (result.error_code == ErrorCode::kElectionNotNeeded) continue;
      entry.partition_result.push_back(std::move(result));
    }
    if (!entry.partition_result.empty()) {
      response.replica_election_results.push_back(std::move(entry));
    }
  }
}

void AddNamed(const cluster::Image& image, const Request& request, Response& response) {
  for (const Request::Topic& topic : *request.topic_partitions) {
    Response::Topic& entry = response.replica_election_results.emplace_back();
    entry.topic = topic.topic;
    for (const int32_t index : topic.partitions) {
      const cluster::PartitionState* state = image.FindPartition(topic.topic, index);
      entry.partition_result.push_back(Elect(state, index, request.election_type));
    }
  }
}

}  // namespace

io::Task<absl::Status> HandleElectLeaders(RequestContext& context, wire::Reader& body) {
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::ElectLeadersRequest>(body, context.version()));
  const cluster::ImageRef image = context.shard.image();
  Response response;
  const bool known = request.election_type == ElectionType::kPreferred ||
                     request.election_type == ElectionType::kUnclean;
  if (!known) {
    response.error_code = ErrorCode::kInvalidRequest;
  } else if (request.topic_partitions) {
    AddNamed(*image, request, response);
  } else {
    AddAll(*image, request.election_type, response);
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
