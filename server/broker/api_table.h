#pragma once

#include <cstdint>
#include <span>

#include "engine/io/task.h"
#include "server/broker/context.h"
#include "server/wire/api.h"
#include "server/wire/reader.h"

namespace varve::broker {

// One API that this broker speaks.
struct ApiEntry {
  wire::ApiKey key;
  int16_t min_version;     // served
  int16_t max_version;     // served
  int16_t min_advertised;  // told to clients
  bool may_overlap;        // with earlier requests of its connection
  // Reads the body and answers. An error: it could not be read, and the connection is closed.
  io::Task<absl::Status> (*handle)(RequestContext& context, wire::Reader& body);
};

// All of them, by ascending key. What is not here is not advertised.
std::span<const ApiEntry> ApiTable();
const ApiEntry* FindApi(wire::ApiKey key);

// The handlers, one file a family.
io::Task<absl::Status> HandleApiVersions(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleMetadata(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleProduce(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleFetch(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleListOffsets(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleFindCoordinator(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleOffsetForLeaderEpoch(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleCreateTopics(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDeleteTopics(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleCreatePartitions(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDescribeConfigs(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleAlterConfigs(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleIncrementalAlterConfigs(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleListConfigResources(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDescribeCluster(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDeleteRecords(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleInitProducerId(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDescribeAcls(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleCreateAcls(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDeleteAcls(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDescribeLogDirs(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleElectLeaders(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleAlterPartitionReassignments(RequestContext& context,
                                                         wire::Reader& body);
io::Task<absl::Status> HandleListPartitionReassignments(RequestContext& context,
                                                        wire::Reader& body);
io::Task<absl::Status> HandleDescribeClientQuotas(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleAlterClientQuotas(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDescribeUserScramCredentials(RequestContext& context,
                                                          wire::Reader& body);
io::Task<absl::Status> HandleAlterUserScramCredentials(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDescribeProducers(RequestContext& context, wire::Reader& body);
io::Task<absl::Status> HandleDescribeTopicPartitions(RequestContext& context, wire::Reader& body);

// For an ApiVersions request of a version that is not known: the answer that every client reads.
void AnswerUnknownApiVersions(RequestContext& context);

}  // namespace varve::broker
