#include "server/wire/offset_fetch.h"

#include <deque>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "server/broker/group_calls.h"
#include "server/broker/group_handlers.h"

namespace varve::broker {
namespace {

using coordinator::CommittedOffset;
using coordinator::GroupOffsets;
using coordinator::OffsetQuery;
using wire::ErrorCode;
using Request = wire::OffsetFetchRequest;
using Response = wire::OffsetFetchResponse;

constexpr int kGroupsSince = 8;  // several in one request
constexpr int kTopicIdsSince = 10;
constexpr int kErrorOfAllSince = 2;

// One group of a request, from its entry to its answer.
struct Work : GroupQuestion {
  ErrorCode Ask(const coordinator::GroupCoordinator& groups) {
    if (asked.member_id || asked.member_epoch >= 0) {
      const ErrorCode refused =
          groups.CheckFetch(group_id, asked.member_id.value_or(""), asked.member_epoch);
      if (refused != ErrorCode::kNone) return refused;
    }
    if (asked.topics) {
      groups.Find(group_id, queries);
    } else {
      all = groups.AllOffsets(group_id);
    }
    return ErrorCode::kNone;
  }

  Request::Group asked{};
  std::vector<OffsetQuery> queries{};  // in the order of the request
  GroupOffsets all{};                  // if the request names no topics
};

std::deque<Work> WorkOf(const Request& request, int version) {
  std::deque<Work> works;
  if (version < kGroupsSince) {
    Work& work = works.emplace_back();
    work.asked.group_id = request.group_id;
    work.asked.topics = request.topics;
  } else {
    for (const Request::Group& group : request.groups) works.emplace_back().asked = group;
  }
  for (Work& work : works) work.group_id = work.asked.group_id;
  return works;
}

// The name under which offsets of a topic are kept; empty if an id is unknown.
std::string_view NameOf(const cluster::Image& image, const Request::Topic& topic, int version) {
  if (version < kTopicIdsSince) return topic.name;
  const cluster::Topic* const found = image.Find(topic.topic_id);
  return found == nullptr ? std::string_view() : std::string_view(found->name);
}

void AddQueries(const cluster::Image& image, int version, Work& work) {
  if (!work.asked.topics) return;
  for (const Request::Topic& topic : *work.asked.topics) {
    const std::string_view name = NameOf(image, topic, version);
    for (const int32_t index : topic.partition_indexes) work.queries.push_back({name, index, {}});
  }
}

Response::Partition PartitionOf(int32_t index, const CommittedOffset& offset) {
  Response::Partition partition;
  partition.index = index;
  partition.committed_offset = offset.offset;
  partition.committed_leader_epoch = offset.leader_epoch;
  partition.metadata = offset.metadata;
  return partition;
}

Response::Partition NoOffset(int32_t index, ErrorCode error) {
  Response::Partition partition;
  partition.index = index;
  partition.metadata = "";
  partition.error_code = error;
  return partition;
}

std::vector<Response::Topic> AskedTopics(const Work& work, ErrorCode error_of_each) {
  std::vector<Response::Topic> topics;
  auto query = work.queries.begin();
  for (const Request::Topic& asked : *work.asked.topics) {
    Response::Topic& topic = topics.emplace_back();
    topic.name = asked.name;
    topic.topic_id = asked.topic_id;
    for (size_t i = 0; i < asked.partition_indexes.size(); ++i, ++query) {
      const ErrorCode error = query->topic.empty() ? ErrorCode::kUnknownTopicId : error_of_each;
      topic.partitions.push_back(query->found ? PartitionOf(query->partition, *query->found)
                                              : NoOffset(query->partition, error));
    }
  }
  return topics;
}

// Where topics are told by their ids, those that are gone cannot be told.
std::vector<Response::Topic> AllTopics(const cluster::Image& image, const Work& work, int version) {
  std::vector<Response::Topic> topics;
  for (const auto& [name, partitions] : work.all.topics()) {
    const cluster::Topic* const known = image.Find(name);
    if (version >= kTopicIdsSince && known == nullptr) continue;
    Response::Topic& topic = topics.emplace_back();
    topic.name = name;
    if (known != nullptr) topic.topic_id = known->id;
    for (const auto& [index, offset] : partitions) {
      topic.partitions.push_back(PartitionOf(index, offset));
    }
  }
  return topics;
}

std::vector<Response::Topic> TopicsOf(const cluster::Image& image, const Work& work, int version) {
  const bool told_apart = version < kErrorOfAllSince;  // then each partition tells the error
  if (work.error != ErrorCode::kNone && !told_apart) return {};
  return work.asked.topics ? AskedTopics(work, work.error) : AllTopics(image, work, version);
}

}  // namespace

// Without transactions every offset is stable: require_stable changes nothing.
io::Task<absl::Status> HandleOffsetFetch(RequestContext& context, wire::Reader& body) {
  const int version = context.version();
  CO_ASSIGN_OR_RETURN(const auto request,
                      wire::DecodeBody<wire::OffsetFetchRequest>(body, version));
  const cluster::ImageRef image = context.shard.image();  // keeps the names of topics
  std::deque<Work> works = WorkOf(request, version);
  for (Work& work : works) AddQueries(*image, version, work);
  co_await AskCoordinators(context, works);
  wire::OffsetFetchResponse response;
  if (version < kGroupsSince) {
    response.error_code = works.front().error;
    response.topics = TopicsOf(*image, works.front(), version);
  } else {
    for (const Work& work : works) {
      response.groups.push_back({work.asked.group_id, TopicsOf(*image, work, version), work.error});
    }
  }
  Respond(context, response);
  co_return absl::OkStatus();
}

}  // namespace varve::broker
