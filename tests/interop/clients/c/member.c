#include "member.h"

#include <string.h>

#include "client.h"

static rd_kafka_t* member;
static size_t at_most;

json_t* Join(const json_t* request) {
  const char* reset = Text(request, "reset");
  rd_kafka_conf_t* conf = Base();
  Set(conf, "group.id", Text(request, "group"));
  Set(conf, "auto.offset.reset", strcmp(reset, "none") == 0 ? "error" : reset);
  Set(conf, "enable.auto.commit", "false");
  SetNumber(conf, "session.timeout.ms", Number(request, "session_ms"));
  SetNumber(conf, "heartbeat.interval.ms", Number(request, "heartbeat_ms"));
  member = Open(RD_KAFKA_CONSUMER, conf);
  at_most = (size_t)Number(request, "at_most");
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, Text(request, "topic"), RD_KAFKA_PARTITION_UA);
  rd_kafka_resp_err_t error = rd_kafka_subscribe(member, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  return error ? Refused(error, "subscribe") : Result(json_null());
}

json_t* Poll(const json_t* request) { return Collect(member, at_most, (int)Number(request, "ms")); }

json_t* Assigned(void) {
  rd_kafka_topic_partition_list_t* mine;
  json_t* found = json_array();
  rd_kafka_resp_err_t error = rd_kafka_assignment(member, &mine);
  if (error) return Refused(error, "assignment");
  for (int i = 0; i < mine->cnt; i++) {
    json_array_append_new(found, json_integer(mine->elems[i].partition));
  }
  rd_kafka_topic_partition_list_destroy(mine);  // it holds on to the member
  return Result(found);
}

json_t* Commit(void) {
  rd_kafka_resp_err_t error = rd_kafka_commit(member, NULL, 0);
  return error && error != RD_KAFKA_RESP_ERR__NO_OFFSET ? Refused(error, "commit")
                                                        : Result(json_null());
}

json_t* Leave(void) {
  rd_kafka_consumer_close(member);
  rd_kafka_destroy(member);
  member = NULL;
  return Result(json_null());
}
