#include "tools/varve/records/rdkafka.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <utility>

namespace varve::cli {
namespace {

using ErrorText = std::array<char, 512>;

// It tries again by itself; somebody who waits wants to know what for.
void TellError(rd_kafka_t* /*handle*/, int error, const char* reason, void* /*opaque*/) {
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    fmt::print(stderr, "varve: no broker answers; trying again\n");
  } else if (error != RD_KAFKA_RESP_ERR__TRANSPORT && error != RD_KAFKA_RESP_ERR__RESOLVE) {
    fmt::print(stderr, "varve: {}\n", reason);
  }
}

absl::Status Set(rd_kafka_conf_t* conf, const Property& property) {
  ErrorText error;
  const rd_kafka_conf_res_t result = rd_kafka_conf_set(
      conf, property.name.c_str(), property.value.c_str(), error.data(), error.size());
  if (result == RD_KAFKA_CONF_OK) return absl::OkStatus();
  return absl::InvalidArgumentError(error.data());
}

}  // namespace

absl::StatusOr<std::vector<Property>> ParseProperties(const std::vector<std::string>& texts) {
  std::vector<Property> properties;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return absl::InvalidArgumentError(fmt::format("\"{}\" is not NAME=VALUE", text));
    }
    properties.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return properties;
}

absl::StatusOr<RdOwned<rd_kafka_conf_t>> MakeConf(const Globals& globals,
                                                  const std::vector<Property>& properties,
                                                  void* opaque) {
  RdOwned<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  rd_kafka_conf_set_opaque(conf.get(), opaque);
  rd_kafka_conf_set_error_cb(conf.get(), &TellError);
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  RETURN_IF_ERROR(Set(conf.get(), {"bootstrap.servers", globals.bootstrap}));
  RETURN_IF_ERROR(Set(conf.get(), {"client.id", std::string(kClientId)}));
  for (const Property& property : properties) RETURN_IF_ERROR(Set(conf.get(), property));
  return conf;
}

absl::StatusOr<RdHandle> MakeHandle(rd_kafka_type_t type, RdOwned<rd_kafka_conf_t> conf) {
  ErrorText error;
  rd_kafka_conf_t* given = conf.release();
  RdHandle handle(rd_kafka_new(type, given, error.data(), error.size()));
  if (handle == nullptr) {
    const RdOwned<rd_kafka_conf_t> still_ours(given);
    return absl::InvalidArgumentError(error.data());
  }
  return handle;
}

absl::Status RdStatus(rd_kafka_resp_err_t error, const std::string& what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::UnknownError(
      fmt::format("{}: {} [{}]", what, rd_kafka_err2str(error), rd_kafka_err2name(error)));
}

}  // namespace varve::cli
