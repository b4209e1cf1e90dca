#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/broker_config.h"
#include "server/config/property.h"
#include "server/config/topic_config.h"

namespace varve::config {

// One layer of a value, as DescribeConfigs lists them: the topic's own; what was set for this
// broker, for all brokers, at its start; the default.
struct DescribedSynonym {
  std::string_view name;
  std::optional<std::string> value;  // as it was written
  Source source = Source::kDefault;
};

// One entry of a DescribeConfigs answer. Views are the table's and stay valid, or the broker
// configuration's.
struct DescribedConfig {
  std::string_view name;
  std::optional<std::string> value;  // nullopt: null, also for what is secret
  Source source = Source::kDefault;
  Type type = Type::kString;
  bool read_only = false;
  bool sensitive = false;
  std::string_view doc;
  std::vector<DescribedSynonym> synonyms;  // the first is in force
};

// All of them, sorted by name, without those that are internal. What a broker was told dynamically
// and is in no table is named too, as a secret: nobody knows what it is.
std::vector<DescribedConfig> DescribeBroker(const BrokerConfig& broker);
// What was set dynamically for all brokers, and nothing else.
std::vector<DescribedConfig> DescribeAllBrokers(const BrokerConfig& broker);
std::vector<DescribedConfig> DescribeTopic(const TopicOverrides& overrides,
                                           const BrokerConfig& broker);

}  // namespace varve::config
