#pragma once

#include <absl/status/status.h>

#include "engine/log/producer_entry.h"
#include "engine/record/validate.h"
#include "server/broker/shard.h"
#include "server/wire/error.h"

// Where the engine's errors become Kafka's: nowhere else.
namespace varve::broker {

wire::ErrorCode OfAppend(const absl::Status& status);
wire::ErrorCode OfRead(const absl::Status& status);
wire::ErrorCode OfFault(record::BatchFault fault);
wire::ErrorCode OfFault(record::RecordFault fault);
wire::ErrorCode OfFault(log::ProducerFault fault);

// Of an append by a coordinator: what its clients are told.
wire::ErrorCode OfCoordinatorAppend(const absl::Status& status);

// Of a request to a partition that its shard does not serve.
wire::ErrorCode OfMissing(const Shard& shard, const PartitionKey& key);

}  // namespace varve::broker
