#include "tests/crash/client.h"

#include <fmt/format.h>

namespace varve::crash {
namespace {

// Connections that a kill cuts are what the test is about, not news.
void DropLog(const rd_kafka_t*, int, const char*, const char*) {}
void DropError(rd_kafka_t*, int, const char*, void*) {}

}  // namespace

ClientPtr NewClient(const ClientOptions& options) {
  char error[512] = {};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [key, value] : options.properties) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), error, sizeof(error)) == RD_KAFKA_CONF_OK) {
      continue;
    }
    fmt::print(stderr, "{}\n", error);
    rd_kafka_conf_destroy(conf);
    return nullptr;
  }
  rd_kafka_conf_set_log_cb(conf, DropLog);
  rd_kafka_conf_set_error_cb(conf, DropError);
  rd_kafka_conf_set_opaque(conf, options.context);
  if (options.on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, options.on_delivery);
  rd_kafka_t* client = rd_kafka_new(options.type, conf, error, sizeof(error));
  if (client == nullptr) {
    fmt::print(stderr, "{}\n", error);
    rd_kafka_conf_destroy(conf);
  }
  return ClientPtr(client);
}

}  // namespace varve::crash
