// What the library's admin calls do.
#pragma once

#include "json.h"

// Null if it is none of these.
json_t* Administer(rd_kafka_t* handle, const char* operation, const json_t* request);
