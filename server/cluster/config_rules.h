#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/cluster/topic_rules.h"
#include "server/config/broker_config.h"
#include "server/config/topic_config.h"
#include "server/wire/alter_configs.h"
#include "server/wire/config_resource.h"

// What may be set for topics and brokers, as pure functions: Kafka's rules.
namespace varve::cluster {

// One property of a resource, to be changed.
struct Alteration {
  std::string name{};
  wire::ConfigOperation operation = wire::ConfigOperation::kSet;
  std::optional<std::string> value{};
};

// What somebody asks to be set for one resource.
struct ConfigChange {
  wire::ConfigResource type = wire::ConfigResource::kUnknown;
  std::string name{};
  std::vector<Alteration> alterations{};
  bool replace_all = false;  // what is not named returns to its default
};

// Whether there can be such a resource here: whether there is a topic of that name is not asked.
//   kInvalidRequest         a broker other than this one; an unknown type; a group without a name
//   kInvalidTopicException  no name of a topic
Verdict CheckConfigResource(wire::ConfigResource type, const std::string& name, int32_t node_id);

// Whether the request makes sense, whatever is set so far.
//   kInvalidRequest  the resource has nothing that could be set; a property named twice, a value
//                    that is null
//   kInvalidConfig   a logger: there is none
// And those of CheckConfigResource.
Verdict CheckConfigChange(const ConfigChange& change, int32_t node_id);

// What is set for a topic after `change`, if nothing is wrong with it. Values that were set before
// and stay are not looked at again.
//   kInvalidConfig  unknown, not permitted, or not together; an element for what is no list
Verdict AlterTopic(const ConfigChange& change, const config::TopicOverrides& before,
                   const config::BrokerConfig& broker, config::TopicOverrides& after);

// The same for this broker, or all if the name of the resource is empty. `broker` is as it is
// before. Names that are in no table are kept, as Kafka does for its plugins.
//   kInvalidRequest  not permitted, not together, not without a start, or not for all brokers
//   kInvalidConfig   an element for what is no list
Verdict AlterBroker(const ConfigChange& change, const config::BrokerConfig& broker,
                    config::DynamicOverrides& after);

}  // namespace varve::cluster
