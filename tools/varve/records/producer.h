#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/varve/records/rdkafka.h"
#include "tools/varve/records/record.h"

namespace varve::cli {

// Sends records to one topic, many on their way at once, within a bound of memory.
//
// Errors  The first record that could not be delivered decides what Send and Finish return.
class Producer {
 public:
  static absl::StatusOr<std::unique_ptr<Producer>> Open(const Globals& globals, std::string topic,
                                                        const std::vector<Property>& properties);
  // What is on its way is dropped.
  ~Producer();

  // Waits while too much is on its way. An error if one before it failed, or this one cannot be
  // sent. Cancelled: interrupted meanwhile.
  absl::Status Send(const Record& record);
  // Waits until all are acknowledged.
  absl::Status Finish();

  uint64_t delivered() const { return delivered_; }

 private:
  explicit Producer(std::string topic) : topic_(std::move(topic)) {}

  static void Delivered(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  rd_kafka_resp_err_t TrySend(const Record& record);

  const std::string topic_;
  uint64_t delivered_ = 0;
  absl::Status first_error_;
  RdHandle handle_;  // last: it calls back into the others
};

}  // namespace varve::cli
