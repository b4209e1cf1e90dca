// librdkafka by its C API, told in lines of JSON what to do.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "client.h"
#include "json.h"
#include "member.h"

#define CODECS_MAX 8

static rd_kafka_t* reader;

// What became of each record, by its number.
typedef struct {
  int32_t partition;
  int64_t offset;
  rd_kafka_resp_err_t error;
} Report;

static void Delivered(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque) {
  (void)handle, (void)opaque;
  Report* report = message->_private;
  *report = (Report){message->partition, message->offset, message->err};
}

static rd_kafka_t* Producer(const char* codec) {
  static struct {
    char codec[16];
    rd_kafka_t* producer;
  } known[CODECS_MAX];
  size_t i = 0;
  while (known[i].producer && strcmp(known[i].codec, codec) != 0) i++;
  if (!known[i].producer) {
    rd_kafka_conf_t* conf = Base();
    Set(conf, "compression.type", codec);
    Set(conf, "message.max.bytes", "10000000");
    Set(conf, "linger.ms", "20");
    rd_kafka_conf_set_dr_msg_cb(conf, Delivered);
    known[i].producer = Open(RD_KAFKA_PRODUCER, conf);
    snprintf(known[i].codec, sizeof known[i].codec, "%s", codec);
  }
  return known[i].producer;
}

static rd_kafka_resp_err_t Produce(rd_kafka_t* producer, const char* topic, const json_t* record,
                                   Report* report) {
  size_t key_size, value_size, size, i;
  json_t* pair;
  rd_kafka_headers_t* headers = rd_kafka_headers_new(8);
  json_array_foreach(json_object_get(record, "headers"), i, pair) {
    void* value = BytesFromJson(json_array_get(pair, 1), &size);
    const char* name = json_string_value(json_array_get(pair, 0));
    rd_kafka_header_add(headers, name, -1, value, value ? (ssize_t)size : -1);
    free(value);
  }
  void* key = BytesFromJson(json_object_get(record, "key"), &key_size);
  void* value = BytesFromJson(json_object_get(record, "value"), &value_size);
  rd_kafka_resp_err_t error = rd_kafka_producev(
      producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION((int)Number(record, "partition")),
      RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(Number(record, "timestamp")),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(report), RD_KAFKA_V_END);
  free(key);
  free(value);
  return error;
}

static json_t* SendAll(rd_kafka_t* producer, const char* topic, const json_t* records) {
  size_t i, count = json_array_size(records);
  json_t *record, *found = json_array();
  Report* reports = calloc(count, sizeof *reports);
  json_array_foreach(records, i, record) {
    rd_kafka_resp_err_t error = Produce(producer, topic, record, &reports[i]);
    if (error) return Refused(error, "not taken");
  }
  if (rd_kafka_flush(producer, TIMEOUT_MS)) return Broken("not all were acknowledged");
  for (i = 0; i < count; i++) {
    if (reports[i].error) return Refused(reports[i].error, "not delivered");
    json_array_append_new(found,
                          json_pack("[i, I]", reports[i].partition, (json_int_t)reports[i].offset));
  }
  free(reports);
  return Result(found);
}

static json_t* SendOne(rd_kafka_conf_t* conf, const char* topic) {
  rd_kafka_conf_set_dr_msg_cb(conf, Delivered);
  rd_kafka_t* producer = Open(RD_KAFKA_PRODUCER, conf);
  json_t* records = json_pack("[{s:s, s:i}]", "value", "dmFsdWU=", "partition", 0);
  json_t* answer = SendAll(producer, topic, records);
  rd_kafka_destroy(producer);
  return answer;
}

static json_t* UseWithoutCreating(const json_t* request) {
  rd_kafka_conf_t* conf = Base();
  Set(conf, "allow.auto.create.topics", "false");
  Set(conf, "topic.metadata.propagation.max.ms", "1000");
  return SendOne(conf, Text(request, "topic"));
}

static json_t* Read(const json_t* request) {
  rd_kafka_topic_partition_list_t* where = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(where, Text(request, "topic"),
                                    (int32_t)Number(request, "partition"))
      ->offset = Number(request, "offset");
  rd_kafka_assign(reader, where);
  json_t* answer = Collect(reader, (size_t)Number(request, "count"), TIMEOUT_MS);
  rd_kafka_assign(reader, NULL);
  rd_kafka_topic_partition_list_destroy(where);
  return answer;
}

static json_t* Topics(void) {
  const struct rd_kafka_metadata* metadata;
  rd_kafka_resp_err_t error = rd_kafka_metadata(reader, 1, NULL, &metadata, TIMEOUT_MS);
  if (error) return Refused(error, "metadata");
  json_t* found = json_object();
  for (int i = 0; i < metadata->topic_cnt; i++) {
    json_object_set_new(found, metadata->topics[i].topic,
                        json_integer(metadata->topics[i].partition_cnt));
  }
  rd_kafka_metadata_destroy(metadata);
  return Result(found);
}

static json_t* Bounds(const json_t* request) {
  int64_t first, end;
  rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      reader, Text(request, "topic"), (int32_t)Number(request, "partition"), &first, &end,
      TIMEOUT_MS);
  if (error) return Refused(error, rd_kafka_err2str(error));
  return Result(json_pack("[I, I]", (json_int_t)first, (json_int_t)end));
}

static json_t* OffsetAt(const json_t* request) {
  rd_kafka_topic_partition_list_t* asked = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(asked, Text(request, "topic"),
                                    (int32_t)Number(request, "partition"))
      ->offset = Number(request, "timestamp_ms");
  rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(reader, asked, TIMEOUT_MS);
  if (error) return Refused(error, "offsets for times");
  int64_t offset = asked->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(asked);
  return Result(offset < 0 ? json_null() : json_integer(offset));
}

// Produces as a client of Kafka 0.8 does, which asks nobody what the broker knows.
static json_t* SpeakOld(void) {
  rd_kafka_conf_t* conf = Base();
  Set(conf, "api.version.request", "false");
  Set(conf, "broker.version.fallback", "0.8.2.2");
  Set(conf, "message.timeout.ms", "3000");
  Set(conf, "log_level", "2");
  json_t* answer = SendOne(conf, "old");
  json_t* refused = json_object_get(answer, "refused");
  return Result(refused ? refused : json_null());
}

static json_t* Run(const char* what, const json_t* request) {
  if (strcmp(what, "produce") == 0) {
    return SendAll(Producer(Text(request, "codec")), Text(request, "topic"),
                   json_object_get(request, "records"));
  }
  if (strcmp(what, "poll") == 0) return Poll(request);
  if (strcmp(what, "read") == 0) return Read(request);
  if (strcmp(what, "use_without_creating") == 0) return UseWithoutCreating(request);
  if (strcmp(what, "topics") == 0) return Topics();
  if (strcmp(what, "bounds") == 0) return Bounds(request);
  if (strcmp(what, "offset_at") == 0) return OffsetAt(request);
  if (strcmp(what, "speak_old") == 0) return SpeakOld();
  if (strcmp(what, "join") == 0) return Join(request);
  if (strcmp(what, "assigned") == 0) return Assigned();
  if (strcmp(what, "commit") == 0) return Commit();
  if (strcmp(what, "leave") == 0) return Leave();
  json_t* answer = Administer(reader, what, request);
  return answer ? answer : Broken("not known");
}

int main(int count, char** arguments) {
  if (count != 2) return 2;
  address = arguments[1];
  rd_kafka_conf_t* conf = Base();
  Set(conf, "group.id", "none");
  Set(conf, "enable.auto.commit", "false");
  Set(conf, "check.crcs", "true");
  reader = Open(RD_KAFKA_CONSUMER, conf);
  char* line = NULL;
  size_t room = 0;
  for (ssize_t size; (size = getline(&line, &room, stdin)) > 0;) {
    json_t* request = json_loadb(line, (size_t)size, 0, NULL);
    if (request == NULL) return 2;
    json_t* answer = Run(Text(request, "do"), request);
    json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(request);
    json_decref(answer);
  }
  rd_kafka_consumer_close(reader);
  rd_kafka_destroy(reader);
  return 0;
}
