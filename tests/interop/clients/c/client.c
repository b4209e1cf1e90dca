#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const char* address;

void Set(rd_kafka_conf_t* conf, const char* name, const char* value) {
  char error[512];
  if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
    fprintf(stderr, "%s=%s: %s\n", name, value, error);
    exit(1);
  }
}

void SetNumber(rd_kafka_conf_t* conf, const char* name, json_int_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  Set(conf, name, text);
}

rd_kafka_conf_t* Base(void) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Set(conf, "bootstrap.servers", address);
  Set(conf, "reconnect.backoff.max.ms", "500");
  return conf;
}

rd_kafka_t* Open(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  char error[512];
  rd_kafka_t* made = rd_kafka_new(type, conf, error, sizeof error);
  if (made == NULL) {
    fprintf(stderr, "%s\n", error);
    exit(1);
  }
  if (type == RD_KAFKA_CONSUMER) rd_kafka_poll_set_consumer(made);
  return made;
}

static json_t* Told(rd_kafka_message_t* message) {
  json_t* list = json_array();
  rd_kafka_headers_t* headers;
  if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name;
    const void* value;
    size_t size;
    for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); i++) {
      json_array_append_new(list, json_pack("[s, o]", name, BytesToJson(value, size)));
    }
  }
  return json_pack("{s:o, s:o, s:o, s:I, s:i, s:I}", "value",
                   BytesToJson(message->payload, message->len), "key",
                   BytesToJson(message->key, message->key_len), "headers", list, "timestamp",
                   (json_int_t)rd_kafka_message_timestamp(message, NULL), "partition",
                   message->partition, "offset", (json_int_t)message->offset);
}

json_t* Collect(rd_kafka_t* consumer, size_t count, int milliseconds) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + milliseconds;
  json_t* found = json_array();
  while (json_array_size(found) < count) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = end - (now.tv_sec * 1000 + now.tv_nsec / 1000000);
    if (left <= 0) break;
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, (int)left);
    if (message == NULL) continue;
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      json_t* refused = Refused(message->err, rd_kafka_message_errstr(message));
      rd_kafka_message_destroy(message);
      return refused;
    }
    if (message->err) {  // it goes on by itself
      fprintf(stderr, "%s\n", rd_kafka_message_errstr(message));
    } else {
      json_array_append_new(found, Told(message));
    }
    rd_kafka_message_destroy(message);
  }
  return Result(found);
}
