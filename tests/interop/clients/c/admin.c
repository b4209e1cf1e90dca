#include "admin.h"

#include <string.h>

// An admin call under way: it answers with an event in a queue of its own.
typedef struct {
  rd_kafka_t* handle;
  rd_kafka_queue_t* queue;
  char error[512];
} Call;

static json_t* Failed(const rd_kafka_error_t* error) {
  return error ? Refused(rd_kafka_error_code(error), rd_kafka_error_string(error)) : NULL;
}

// Null if the call as a whole failed; `failure` is the answer then.
static rd_kafka_event_t* Wait(Call* call, json_t** failure) {
  rd_kafka_event_t* event = rd_kafka_queue_poll(call->queue, TIMEOUT_MS);
  if (event == NULL) {
    *failure = Broken("no answer");
  } else if (rd_kafka_event_error(event)) {
    *failure = Refused(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
  } else {
    return event;
  }
  return NULL;
}

static json_t* OfTopics(const rd_kafka_topic_result_t** topics) {
  rd_kafka_resp_err_t error = rd_kafka_topic_result_error(topics[0]);
  return error ? Refused(error, rd_kafka_topic_result_error_string(topics[0]))
               : Result(json_null());
}

static json_t* CreateTopic(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(Text(request, "topic"), (int)Number(request, "partitions"), 1,
                            call->error, sizeof call->error);
  rd_kafka_CreateTopics(call->handle, &topic, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  return OfTopics(
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count));
}

static json_t* DeleteTopic(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(Text(request, "topic"));
  rd_kafka_DeleteTopics(call->handle, &topic, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  return OfTopics(
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count));
}

static json_t* CreatePartitions(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  rd_kafka_NewPartitions_t* more =
      rd_kafka_NewPartitions_new(Text(request, "topic"), (size_t)Number(request, "partitions"),
                                 call->error, sizeof call->error);
  rd_kafka_CreatePartitions(call->handle, &more, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  return OfTopics(rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(event), &count));
}

static json_t* OfResource(const rd_kafka_ConfigResource_t* resource) {
  rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(resource);
  if (error) return Refused(error, rd_kafka_ConfigResource_error_string(resource));
  size_t count;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  json_t* found = json_object();
  for (size_t i = 0; i < count; i++) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    json_object_set_new(found, rd_kafka_ConfigEntry_name(entries[i]),
                        value ? json_string(value) : json_null());
  }
  return Result(found);
}

static json_t* TopicConfig(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, Text(request, "topic"));
  rd_kafka_DescribeConfigs(call->handle, &resource, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  return OfResource(rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event), &count)[0]);
}

static json_t* SetTopicConfig(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, Text(request, "topic"));
  rd_kafka_ConfigResource_set_config(resource, Text(request, "name"), Text(request, "value"));
  rd_kafka_AlterConfigs(call->handle, &resource, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  return OfResource(
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count)[0]);
}

static json_t* Groups(Call* call, const json_t* request) {
  (void)request;
  json_t* failure;
  size_t count;
  rd_kafka_ListConsumerGroups(call->handle, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  const rd_kafka_ConsumerGroupListing_t** listed = rd_kafka_ListConsumerGroups_result_valid(
      rd_kafka_event_ListConsumerGroups_result(event), &count);
  json_t* found = json_array();
  for (size_t i = 0; i < count; i++) {
    json_array_append_new(found, json_string(rd_kafka_ConsumerGroupListing_group_id(listed[i])));
  }
  return Result(found);
}

static json_t* Group(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  const char* name = Text(request, "group");
  rd_kafka_DescribeConsumerGroups(call->handle, &name, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  const rd_kafka_ConsumerGroupDescription_t* found = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event), &count)[0];
  failure = Failed(rd_kafka_ConsumerGroupDescription_error(found));
  if (failure) return failure;
  const char* state =
      rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(found));
  return Result(json_pack("{s:s, s:I}", "state", state, "members",
                          (json_int_t)rd_kafka_ConsumerGroupDescription_member_count(found)));
}

static json_t* DeleteGroup(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  rd_kafka_DeleteGroup_t* group = rd_kafka_DeleteGroup_new(Text(request, "group"));
  rd_kafka_DeleteGroups(call->handle, &group, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  failure = Failed(rd_kafka_group_result_error(
      rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count)[0]));
  return failure ? failure : Result(json_null());
}

static json_t* Committed(Call* call, const json_t* request) {
  json_t* failure;
  size_t count;
  rd_kafka_topic_partition_list_t* where = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(where, Text(request, "topic"),
                                    (int32_t)Number(request, "partition"));
  rd_kafka_ListConsumerGroupOffsets_t* asked =
      rd_kafka_ListConsumerGroupOffsets_new(Text(request, "group"), where);
  rd_kafka_ListConsumerGroupOffsets(call->handle, &asked, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  const rd_kafka_group_result_t* found = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event), &count)[0];
  failure = Failed(rd_kafka_group_result_error(found));
  if (failure) return failure;
  int64_t offset = rd_kafka_group_result_partitions(found)->elems[0].offset;
  return Result(offset < 0 ? json_null() : json_integer(offset));
}

// The answer to the question which there are has an error that the library does not tell: it asks
// for a new one.
static json_t* Acls(Call* call, const json_t* request) {
  (void)request;
  json_t* failure;
  size_t count;
  rd_kafka_AclBinding_t* made =
      rd_kafka_AclBinding_new(RD_KAFKA_RESOURCE_TOPIC, "t", RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                              "User:u", "*", RD_KAFKA_ACL_OPERATION_READ,
                              RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, call->error, sizeof call->error);
  rd_kafka_CreateAcls(call->handle, &made, 1, NULL, call->queue);
  rd_kafka_event_t* event = Wait(call, &failure);
  if (event == NULL) return failure;
  failure = Failed(rd_kafka_acl_result_error(
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &count)[0]));
  return failure ? failure : Result(json_null());
}

static const struct {
  const char* name;
  json_t* (*run)(Call*, const json_t*);
} kOperations[] = {
    {"create_topic", CreateTopic},
    {"delete_topic", DeleteTopic},
    {"create_partitions", CreatePartitions},
    {"topic_config", TopicConfig},
    {"set_topic_config", SetTopicConfig},
    {"groups", Groups},
    {"group", Group},
    {"delete_group", DeleteGroup},
    {"committed", Committed},
    {"acls", Acls},
};

json_t* Administer(rd_kafka_t* handle, const char* operation, const json_t* request) {
  Call call = {handle, rd_kafka_queue_new(handle), ""};
  for (size_t i = 0; i < sizeof kOperations / sizeof *kOperations; i++) {
    if (strcmp(kOperations[i].name, operation) == 0) return kOperations[i].run(&call, request);
  }
  return NULL;
}
