#include "tools/dump/decode/group_schemas.h"

namespace varve::dump {
namespace {

constexpr Field kOffsetKey[] = {String("group"), String("topic"), Int32("partition")};
constexpr Field kOffsetValue[] = {Int64("offset"), Int32("leaderEpoch").Since(3),
                                  String("metadata"), Int64("commitTimestamp"),
                                  Int64("expireTimestamp").Only(1)};

constexpr Field kGroupKey[] = {String("group")};
constexpr Field kMember[] = {String("memberId"),
                             String("groupInstanceId").Since(3).Nullable(3),
                             String("clientId"),
                             String("clientHost"),
                             Int32("rebalanceTimeout").Since(1),
                             Int32("sessionTimeout"),
                             Blob("subscription"),
                             Blob("assignment")};
constexpr Field kGroupValue[] = {String("protocolType"),
                                 Int32("generation"),
                                 String("protocol").Nullable(),
                                 String("leader").Nullable(),
                                 Int64("currentStateTimestamp").Since(2),
                                 Structs("members", kMember)};

constexpr Field kGroupIdKey[] = {String("groupId")};
constexpr Field kMemberIdKey[] = {String("groupId"), String("memberId")};
constexpr Field kRegexKey[] = {String("groupId"), String("regularExpression")};
constexpr Field kRegexValue[] = {String("topics").Array(), Int64("version"), Int64("timestamp")};
constexpr Field kEpoch[] = {Int32("epoch"), Int64("metadataHash").Tagged(0)};
constexpr Field kAssignmentEpoch[] = {Int32("assignmentEpoch"),
                                      Int64("assignmentTimestamp").Tagged(0)};
constexpr Field kPartitionRacks[] = {Int32("partition"), String("racks").Array()};
constexpr Field kTopicRacks[] = {Id("topicId"), String("topicName"), Int32("numPartitions"),
                                 Structs("partitionMetadata", kPartitionRacks)};
constexpr Field kTopics[] = {Structs("topics", kTopicRacks)};
constexpr Field kProtocol[] = {String("name"), Blob("metadata")};
constexpr Field kClassicMember[] = {Int32("sessionTimeoutMs"),
                                    Structs("supportedProtocols", kProtocol)};
constexpr Field kConsumerMember[] = {
    String("instanceId").Nullable(),
    String("rackId").Nullable(),
    String("clientId"),
    String("clientHost"),
    String("subscribedTopicNames").Array(),
    String("subscribedTopicRegex").Nullable(),
    Int32("rebalanceTimeoutMs"),
    String("serverAssignor").Nullable(),
    Struct("classicMemberMetadata", kClassicMember).Nullable().Tagged(0)};
constexpr Field kTopicPartitions[] = {Id("topicId"), Int32("partitions").Array()};
constexpr Field kTarget[] = {Structs("topicPartitions", kTopicPartitions)};
constexpr Field kHeldPartitions[] = {Id("topicId"), Int32("partitions").Array(),
                                     Int32("assignmentEpochs").Array().Nullable().Tagged(0)};
constexpr Field kCurrent[] = {Int32("memberEpoch"), Int32("previousMemberEpoch"), Int8("state"),
                              Structs("assignedPartitions", kHeldPartitions),
                              Structs("partitionsPendingRevocation", kHeldPartitions)};

constexpr Field kShareMember[] = {String("rackId").Nullable(), String("clientId"),
                                  String("clientHost"), String("subscribedTopicNames").Array()};
constexpr Field kShareCurrent[] = {Int32("memberEpoch"), Int32("previousMemberEpoch"),
                                   Int8("state"), Structs("assignedPartitions", kTopicPartitions)};
constexpr Field kInitialized[] = {Id("topicId"), String("topicName"), Int32("partitions").Array()};
constexpr Field kDeleting[] = {Id("topicId"), String("topicName")};
constexpr Field kShareState[] = {Structs("initializedTopics", kInitialized),
                                 Structs("deletingTopics", kDeleting)};

constexpr Schema Key(std::string_view name, std::span<const Field> fields) {
  return {.name = name, .version_max = 16, .fields = fields};
}
constexpr Schema Value(std::string_view name, std::span<const Field> fields) {
  return {.name = name, .flexible_since = 0, .fields = fields};
}
constexpr Schema OldValue(std::string_view name, std::span<const Field> fields) {
  return {.name = name, .version_max = 4, .flexible_since = 4, .fields = fields};
}

constexpr KeyedSchema kSchemas[] = {
    {0, Key("OffsetCommit", kOffsetKey), OldValue("OffsetCommitValue", kOffsetValue)},
    {1, Key("OffsetCommit", kOffsetKey), OldValue("OffsetCommitValue", kOffsetValue)},
    {2, Key("GroupMetadata", kGroupKey), OldValue("GroupMetadataValue", kGroupValue)},
    {3, Key("ConsumerGroupMetadata", kGroupIdKey), Value("ConsumerGroupMetadataValue", kEpoch)},
    {4, Key("ConsumerGroupPartitionMetadata", kGroupIdKey),
     Value("ConsumerGroupPartitionMetadataValue", kTopics)},
    {5, Key("ConsumerGroupMemberMetadata", kMemberIdKey),
     Value("ConsumerGroupMemberMetadataValue", kConsumerMember)},
    {6, Key("ConsumerGroupTargetAssignmentMetadata", kGroupIdKey),
     Value("ConsumerGroupTargetAssignmentMetadataValue", kAssignmentEpoch)},
    {7, Key("ConsumerGroupTargetAssignmentMember", kMemberIdKey),
     Value("ConsumerGroupTargetAssignmentMemberValue", kTarget)},
    {8, Key("ConsumerGroupCurrentMemberAssignment", kMemberIdKey),
     Value("ConsumerGroupCurrentMemberAssignmentValue", kCurrent)},
    {9, Key("ShareGroupPartitionMetadata", kGroupIdKey),
     Value("ShareGroupPartitionMetadataValue", kTopics)},
    {10, Key("ShareGroupMemberMetadata", kMemberIdKey),
     Value("ShareGroupMemberMetadataValue", kShareMember)},
    {11, Key("ShareGroupMetadata", kGroupIdKey), Value("ShareGroupMetadataValue", kEpoch)},
    {12, Key("ShareGroupTargetAssignmentMetadata", kGroupIdKey),
     Value("ShareGroupTargetAssignmentMetadataValue", kAssignmentEpoch)},
    {13, Key("ShareGroupTargetAssignmentMember", kMemberIdKey),
     Value("ShareGroupTargetAssignmentMemberValue", kTarget)},
    {14, Key("ShareGroupCurrentMemberAssignment", kMemberIdKey),
     Value("ShareGroupCurrentMemberAssignmentValue", kShareCurrent)},
    {15, Key("ShareGroupStatePartitionMetadata", kGroupIdKey),
     Value("ShareGroupStatePartitionMetadataValue", kShareState)},
    {16, Key("ConsumerGroupRegularExpression", kRegexKey),
     Value("ConsumerGroupRegularExpressionValue", kRegexValue)},
};

}  // namespace

const KeyedSchema* FindGroupSchema(int key_version) {
  for (const KeyedSchema& schema : kSchemas) {
    if (schema.key_version == key_version) return &schema;
  }
  return nullptr;
}

}  // namespace varve::dump
