#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <vector>

#include "tools/varve/session.h"

// librdkafka, as far as producing and consuming need it: owners, and errors as Status.
namespace varve::cli {

struct RdDeleter {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};

template <typename T>
using RdOwned = std::unique_ptr<T, RdDeleter>;
using RdHandle = RdOwned<rd_kafka_t>;
using RdMessage = RdOwned<rd_kafka_message_t>;
using RdPartitions = RdOwned<rd_kafka_topic_partition_list_t>;

struct Property {
  std::string name;
  std::string value;
};

// "name=value" each.
absl::StatusOr<std::vector<Property>> ParseProperties(const std::vector<std::string>& texts);

// The properties in their order, later ones winning; the bootstrap servers are those of the
// command line. `opaque` is what callbacks are given.
absl::StatusOr<RdOwned<rd_kafka_conf_t>> MakeConf(const Globals& globals,
                                                  const std::vector<Property>& properties,
                                                  void* opaque);
absl::StatusOr<RdHandle> MakeHandle(rd_kafka_type_t type, RdOwned<rd_kafka_conf_t> conf);

absl::Status RdStatus(rd_kafka_resp_err_t error, const std::string& what);

}  // namespace varve::cli
