// What every handle of the library begins with.
#pragma once

#include "json.h"

extern const char* address;  // the broker's

rd_kafka_conf_t* Base(void);
void Set(rd_kafka_conf_t* conf, const char* name, const char* value);
void SetNumber(rd_kafka_conf_t* conf, const char* name, json_int_t value);
rd_kafka_t* Open(rd_kafka_type_t type, rd_kafka_conf_t* conf);  // takes the conf over

// Polls until there are so many records or the time is over.
json_t* Collect(rd_kafka_t* consumer, size_t count, int milliseconds);
