#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/record/validate.h"
#include "server/config/topic_config.h"
#include "server/wire/error.h"

// What a producer may append to a topic: pure functions over the bytes of one batch.
namespace varve::broker {

struct BatchVerdict {
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::string message;
  std::vector<record::BadRecord> bad_records;

  bool ok() const { return error == wire::ErrorCode::kNone; }
};

struct ProduceFacts {
  int version = 0;  // of the request
  int64_t now_ms = 0;
};

// Header, checksum, size, time, and as far into the records as the topic's rules force us: to the
// end of every uncompressed batch, and into compressed ones when keys are required.
BatchVerdict CheckForTopic(Bytes batch, const config::TopicConfig& topic,
                           const ProduceFacts& facts);

// Alone the size, against what the topic permits.
BatchVerdict CheckSize(Bytes batch, const config::TopicConfig& topic);

// Whether CheckForTopic has to decompress the batch, if it is one.
bool LooksInside(Bytes batch, const config::TopicConfig& topic);

// Whether the topic asks for another codec than the batch has.
bool NeedsRecompression(Bytes batch, const config::TopicConfig& topic);

// The same batch in the topic's codec. Slow: off the loop.
// Requires: CheckForTopic accepted it.
absl::StatusOr<Buffer> Recompress(Bytes batch, const config::TopicConfig& topic);

}  // namespace varve::broker
