#pragma once

#include "tools/varve/records/rdkafka.h"
#include "tools/varve/records/record.h"

namespace varve::cli {

// A message that has no error, without copying it.
ConsumedRecord ViewOf(const rd_kafka_message_t& message);

}  // namespace varve::cli
