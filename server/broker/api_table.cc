#include "server/broker/api_table.h"

#include <algorithm>

#include "server/broker/group_handlers.h"
#include "server/wire/acls.h"
#include "server/wire/alter_configs.h"
#include "server/wire/api_versions.h"
#include "server/wire/client_quotas.h"
#include "server/wire/consumer_group_describe.h"
#include "server/wire/consumer_group_heartbeat.h"
#include "server/wire/create_partitions.h"
#include "server/wire/create_topics.h"
#include "server/wire/delete_groups.h"
#include "server/wire/delete_records.h"
#include "server/wire/delete_topics.h"
#include "server/wire/describe_cluster.h"
#include "server/wire/describe_configs.h"
#include "server/wire/describe_groups.h"
#include "server/wire/describe_log_dirs.h"
#include "server/wire/describe_producers.h"
#include "server/wire/describe_topic_partitions.h"
#include "server/wire/elect_leaders.h"
#include "server/wire/fetch.h"
#include "server/wire/find_coordinator.h"
#include "server/wire/heartbeat.h"
#include "server/wire/init_producer_id.h"
#include "server/wire/join_group.h"
#include "server/wire/leave_group.h"
#include "server/wire/list_config_resources.h"
#include "server/wire/list_groups.h"
#include "server/wire/list_offsets.h"
#include "server/wire/metadata.h"
#include "server/wire/offset_commit.h"
#include "server/wire/offset_delete.h"
#include "server/wire/offset_fetch.h"
#include "server/wire/offset_for_leader_epoch.h"
#include "server/wire/produce.h"
#include "server/wire/reassignments.h"
#include "server/wire/scram_credentials.h"
#include "server/wire/sync_group.h"

namespace varve::broker {
namespace {

template <typename Api>
constexpr ApiEntry Entry(io::Task<absl::Status> (*handle)(RequestContext&, wire::Reader&),
                         int16_t max_version = Api::kMax) {
  return {Api::kKey, Api::kMin, max_version, Api::kMin, false, handle};
}

// Older librdkafka uses compression only if Produce is advertised from version 0 on; such requests
// it never sends.
constexpr ApiEntry kProduceEntry{wire::ApiKey::kProduce, wire::ProduceApi::kMin,
                                 wire::ProduceApi::kMax, 0,
                                 /*may_overlap=*/true,   HandleProduce};

constexpr ApiEntry kTable[] = {
    kProduceEntry,
    Entry<wire::FetchApi>(HandleFetch),
    Entry<wire::ListOffsetsApi>(HandleListOffsets),
    Entry<wire::MetadataApi>(HandleMetadata),
    Entry<wire::OffsetCommitApi>(HandleOffsetCommit),
    Entry<wire::OffsetFetchApi>(HandleOffsetFetch),
    Entry<wire::FindCoordinatorApi>(HandleFindCoordinator),
    Entry<wire::JoinGroupApi>(HandleJoinGroup),
    Entry<wire::HeartbeatApi>(HandleHeartbeat),
    Entry<wire::LeaveGroupApi>(HandleLeaveGroup),
    Entry<wire::SyncGroupApi>(HandleSyncGroup),
    Entry<wire::DescribeGroupsApi>(HandleDescribeGroups),
    Entry<wire::ListGroupsApi>(HandleListGroups),
    Entry<wire::ApiVersionsApi>(HandleApiVersions),
    Entry<wire::CreateTopicsApi>(HandleCreateTopics),
    Entry<wire::DeleteTopicsApi>(HandleDeleteTopics),
    Entry<wire::DeleteRecordsApi>(HandleDeleteRecords),
    Entry<wire::InitProducerIdApi>(HandleInitProducerId),
    Entry<wire::OffsetForLeaderEpochApi>(HandleOffsetForLeaderEpoch),
    Entry<wire::DescribeAclsApi>(HandleDescribeAcls),
    Entry<wire::CreateAclsApi>(HandleCreateAcls),
    Entry<wire::DeleteAclsApi>(HandleDeleteAcls),
    Entry<wire::DescribeConfigsApi>(HandleDescribeConfigs),
    Entry<wire::AlterConfigsApi>(HandleAlterConfigs),
    Entry<wire::DescribeLogDirsApi>(HandleDescribeLogDirs),
    Entry<wire::CreatePartitionsApi>(HandleCreatePartitions),
    Entry<wire::DeleteGroupsApi>(HandleDeleteGroups),
    Entry<wire::ElectLeadersApi>(HandleElectLeaders),
    Entry<wire::IncrementalAlterConfigsApi>(HandleIncrementalAlterConfigs),
    Entry<wire::AlterPartitionReassignmentsApi>(HandleAlterPartitionReassignments),
    Entry<wire::ListPartitionReassignmentsApi>(HandleListPartitionReassignments),
    Entry<wire::OffsetDeleteApi>(HandleOffsetDelete),
    Entry<wire::DescribeClientQuotasApi>(HandleDescribeClientQuotas),
    Entry<wire::AlterClientQuotasApi>(HandleAlterClientQuotas),
    Entry<wire::DescribeUserScramCredentialsApi>(HandleDescribeUserScramCredentials),
    Entry<wire::AlterUserScramCredentialsApi>(HandleAlterUserScramCredentials),
    Entry<wire::DescribeClusterApi>(HandleDescribeCluster),
    Entry<wire::DescribeProducersApi>(HandleDescribeProducers),
    Entry<wire::ConsumerGroupHeartbeatApi>(HandleConsumerGroupHeartbeat),
    Entry<wire::ConsumerGroupDescribeApi>(HandleConsumerGroupDescribe),
    Entry<wire::ListConfigResourcesApi>(HandleListConfigResources),
    Entry<wire::DescribeTopicPartitionsApi>(HandleDescribeTopicPartitions),
};

constexpr bool Ascending() {
  for (size_t i = 1; i < std::size(kTable); ++i) {
    if (kTable[i - 1].key >= kTable[i].key) return false;
  }
  return true;
}
static_assert(Ascending());

}  // namespace

std::span<const ApiEntry> ApiTable() { return kTable; }

const ApiEntry* FindApi(wire::ApiKey key) {
  const auto* found = std::ranges::find(kTable, key, &ApiEntry::key);
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace varve::broker
