// Bytes in JSON, and what every operation answers with.
#pragma once

#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <stddef.h>

#define TIMEOUT_MS 60000

// Null for absent bytes. Takes what it needs from malloc, as all of this: a test is short.
json_t* BytesToJson(const void* data, size_t size);
void* BytesFromJson(const json_t* text, size_t* size);

json_t* Result(json_t* result);                                // takes it over
json_t* Refused(rd_kafka_resp_err_t error, const char* text);  // by Kafka's name of the error
json_t* Broken(const char* text);

const char* Text(const json_t* request, const char* name);
json_int_t Number(const json_t* request, const char* name);
