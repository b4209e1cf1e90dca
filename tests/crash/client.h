#pragma once

#include <librdkafka/rdkafka.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace varve::crash {

struct DestroyClient {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
struct DestroyTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using ClientPtr = std::unique_ptr<rd_kafka_t, DestroyClient>;
using TopicPtr = std::unique_ptr<rd_kafka_topic_t, DestroyTopic>;

using DeliveryReportFunction = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);

struct ClientOptions {
  rd_kafka_type_t type;
  std::initializer_list<std::pair<const char*, std::string>> properties;
  DeliveryReportFunction on_delivery = nullptr;
  void* context = nullptr;
};

// Null if librdkafka refuses the properties, which it tells to stderr.
ClientPtr NewClient(const ClientOptions& options);

}  // namespace varve::crash
