#include "tools/dump/decode/metadata_schemas.h"

namespace varve::dump {
namespace {

constexpr Field kRange[] = {String("name"), Int16("minSupportedVersion"),
                            Int16("maxSupportedVersion")};
constexpr Field kListener[] = {String("name"), String("host"), Uint16("port"),
                               Int16("securityProtocol")};
constexpr Field kRegisterBroker[] = {Int32("brokerId"),
                                     Bool("isMigratingZkBroker").Since(2),
                                     Id("incarnationId"),
                                     Int64("brokerEpoch"),
                                     Structs("endPoints", kListener),
                                     Structs("features", kRange),
                                     String("rack").Nullable(),
                                     Bool("fenced"),
                                     Bool("inControlledShutdown").Since(1),
                                     Id("logDirs").Array().Since(3).Tagged(0)};
constexpr Field kBrokerEpoch[] = {Int32("brokerId"), Int64("brokerEpoch")};
constexpr Field kTopic[] = {String("name"), Id("topicId")};
constexpr Field kPartition[] = {
    Int32("partitionId"),
    Id("topicId"),
    Int32("replicas").Array(),
    Int32("isr").Array(),
    Int32("removingReplicas").Array(),
    Int32("addingReplicas").Array(),
    Int32("leader"),
    Int8("leaderRecoveryState").Tagged(0),
    Int32("leaderEpoch"),
    Int32("partitionEpoch"),
    Id("directories").Array().Since(1),
    Int32("eligibleLeaderReplicas").Array().Nullable(2).Tagged(1),
    Int32("lastKnownElr").Array().Nullable(2).Tagged(2),
};
constexpr std::string_view kResources[] = {"UNKNOWN", "1", "TOPIC", "3", "BROKER"};
constexpr Field kConfig[] = {Int8("resourceType").Named(kResources), String("resourceName"),
                             String("name"), String("value").Nullable()};
constexpr Field kPartitionChange[] = {
    Int32("partitionId"),
    Id("topicId"),
    Int32("isr").Array().Nullable().Tagged(0),
    Int32("leader").Tagged(1),
    Int32("replicas").Array().Nullable().Tagged(2),
    Int32("removingReplicas").Array().Nullable().Tagged(3),
    Int32("addingReplicas").Array().Nullable().Tagged(4),
    Int8("leaderRecoveryState").Tagged(5),
    Int32("eligibleLeaderReplicas").Array().Nullable(2).Tagged(6),
    Int32("lastKnownElr").Array().Nullable(2).Tagged(7),
    Id("directories").Array().Nullable(1).Tagged(8),
};
constexpr Field kFence[] = {Int32("id"), Int64("epoch")};
constexpr Field kTopicId[] = {Id("topicId")};
constexpr Field kToken[] = {
    String("owner"),         String("requester"),   String("renewers").Array(),
    Int64("issueTimestamp"), Int64("maxTimestamp"), Int64("expirationTimestamp"),
    String("tokenId")};
constexpr Field kScram[] = {String("name"),    Int8("mechanism"), Blob("salt"),
                            Blob("storedKey"), Blob("serverKey"), Int32("iterations")};
constexpr Field kFeature[] = {String("name"), Int16("featureLevel")};
constexpr Field kEntity[] = {String("entityType"), String("entityName").Nullable()};
constexpr Field kQuota[] = {Structs("entity", kEntity), String("key"), Float64("value"),
                            Bool("remove")};
constexpr Field kProducerIds[] = {Int32("brokerId"), Int64("brokerEpoch"), Int64("nextProducerId")};
constexpr Field kBrokerChange[] = {Int32("brokerId"), Int64("brokerEpoch"),
                                   Int8("fenced").Tagged(0), Int8("inControlledShutdown").Tagged(1),
                                   Id("logDirs").Array().Tagged(2)};
constexpr Field kAcl[] = {Id("id"),
                          Int8("resourceType"),
                          String("resourceName"),
                          Int8("patternType"),
                          String("principal"),
                          String("host"),
                          Int8("operation"),
                          Int8("permissionType")};
constexpr Field kAclId[] = {Id("id")};
constexpr Field kZkMigration[] = {Int8("zkMigrationState")};
constexpr Field kScramName[] = {String("name"), Int8("mechanism")};
constexpr Field kBegin[] = {String("name").Nullable().Tagged(0)};
constexpr Field kAbort[] = {String("reason").Nullable().Tagged(0)};
constexpr Field kTopicName[] = {String("topicName")};
constexpr Field kTokenId[] = {String("tokenId")};
constexpr Field kController[] = {Int32("controllerId"), Id("incarnationId"),
                                 Bool("zkMigrationReady"), Structs("endPoints", kListener),
                                 Structs("features", kRange)};

struct TypedSchema {
  uint32_t type;
  Schema schema;
};

constexpr Schema Make(std::string_view name, std::span<const Field> fields, int version_max = 0) {
  return {.name = name, .version_max = version_max, .flexible_since = 0, .fields = fields};
}

constexpr TypedSchema kMetadata[] = {
    {0, Make("RegisterBrokerRecord", kRegisterBroker, 3)},
    {1, Make("UnregisterBrokerRecord", kBrokerEpoch)},
    {2, Make("TopicRecord", kTopic)},
    {3, Make("PartitionRecord", kPartition, 2)},
    {4, Make("ConfigRecord", kConfig)},
    {5, Make("PartitionChangeRecord", kPartitionChange, 2)},
    {7, Make("FenceBrokerRecord", kFence)},
    {8, Make("UnfenceBrokerRecord", kFence)},
    {9, Make("RemoveTopicRecord", kTopicId)},
    {10, Make("DelegationTokenRecord", kToken)},
    {11, Make("UserScramCredentialRecord", kScram)},
    {12, Make("FeatureLevelRecord", kFeature)},
    {14, Make("ClientQuotaRecord", kQuota)},
    {15, Make("ProducerIdsRecord", kProducerIds)},
    {17, Make("BrokerRegistrationChangeRecord", kBrokerChange, 2)},
    {18, Make("AccessControlEntryRecord", kAcl)},
    {19, Make("RemoveAccessControlEntryRecord", kAclId)},
    {20, Make("NoOpRecord", {})},
    {21, Make("ZkMigrationStateRecord", kZkMigration)},
    {22, Make("RemoveUserScramCredentialRecord", kScramName)},
    {23, Make("BeginTransactionRecord", kBegin)},
    {24, Make("EndTransactionRecord", {})},
    {25, Make("AbortTransactionRecord", kAbort)},
    {26, Make("RemoveDelegationTokenRecord", kTokenId)},
    {27, Make("RegisterControllerRecord", kController)},
    {28, Make("ClearElrRecord", kTopicName)},
};

constexpr Field kEndTransaction[] = {Int16("version"), Int32("coordinatorEpoch")};
constexpr Field kVoterId[] = {Int32("voterId"), Id("voterDirectoryId").Since(1)};
constexpr Field kLeaderChange[] = {Int16("version"), Int32("leaderId"), Structs("voters", kVoterId),
                                   Structs("grantingVoters", kVoterId)};
constexpr Field kSnapshotHeader[] = {Int16("version"), Int64("lastContainedLogTimestamp")};
constexpr Field kVersionOnly[] = {Int16("version")};
constexpr Field kKraftVersion[] = {Int16("version"), Int16("kRaftVersion")};
constexpr Field kVoterEndpoint[] = {String("name"), String("host"), Uint16("port")};
constexpr Field kVoterRange[] = {Int16("minSupportedVersion"), Int16("maxSupportedVersion")};
constexpr Field kVoter[] = {Int32("voterId"), Id("voterDirectoryId"),
                            Structs("endpoints", kVoterEndpoint),
                            Struct("kRaftVersionFeature", kVoterRange)};
constexpr Field kVoters[] = {Int16("version"), Structs("voters", kVoter)};

constexpr Schema kMarker = {
    .name = "EndTransactionMarker", .version_max = 0, .fields = kEndTransaction};

constexpr TypedSchema kControl[] = {
    {0, kMarker},
    {1, kMarker},
    {2, Make("LeaderChange", kLeaderChange, 1)},
    {3, Make("SnapshotHeader", kSnapshotHeader)},
    {4, Make("SnapshotFooter", kVersionOnly)},
    {5, Make("KRaftVersion", kKraftVersion)},
    {6, Make("KRaftVoters", kVoters)},
};

const Schema* Find(std::span<const TypedSchema> all, uint32_t type) {
  for (const TypedSchema& one : all) {
    if (one.type == type) return &one.schema;
  }
  return nullptr;
}

}  // namespace

const Schema* FindMetadataSchema(uint32_t type) { return Find(kMetadata, type); }

const Schema* FindControlSchema(int type) { return Find(kControl, static_cast<uint32_t>(type)); }

}  // namespace varve::dump
