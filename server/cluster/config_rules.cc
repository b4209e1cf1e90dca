#include "server/cluster/config_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "server/config/value.h"

namespace varve::cluster {
namespace {

using config::Overrides;
using config::Property;
using config::Shown;
using wire::ConfigOperation;
using wire::ConfigResource;
using wire::ErrorCode;

template <typename... Args>
Verdict Refuse(ErrorCode error, fmt::format_string<Args...> text, Args&&... args) {
  return {error, fmt::format(text, std::forward<Args>(args)...)};
}

// Of names and values: Kafka reads no longer ones in its metadata.
constexpr size_t kTextBytesMax = 32'767;
// Set for one broker. The table has fewer; names that are not in it must end somewhere.
constexpr size_t kBrokerOverridesMax = 1'000;

// What differs between the two kinds of resources that have properties.
struct Kind {
  const Property* (*find)(std::string_view name);
  // What a list is while it is not set.
  std::vector<std::string> (*unset)(const Property& list, const config::BrokerConfig& broker);
};

std::vector<std::string> UnsetOfTopic(const Property& list, const config::BrokerConfig& broker) {
  const std::string_view synonym = list.synonyms[0].name;
  if (!synonym.empty()) return broker.List(synonym);
  return config::ValueOr(config::DefaultValue(list), std::vector<std::string>());
}

std::vector<std::string> UnsetOfBroker(const Property& list, const config::BrokerConfig& broker) {
  return broker.List(list.name);
}

constexpr Kind kTopics{config::FindTopicProperty, UnsetOfTopic};
constexpr Kind kBrokers{config::FindBrokerProperty, UnsetOfBroker};

Verdict CheckBrokerName(const std::string& name, int32_t node_id) {
  int32_t id = -1;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, id);
  if (error != std::errc() || stop != end || fmt::to_string(id) != name) {
    return Refuse(ErrorCode::kInvalidRequest, "a broker's id is a number, not {}", Shown(name));
  }
  if (id == node_id) return {};
  return Refuse(ErrorCode::kInvalidRequest, "this is broker {}, not {}", node_id, id);
}

// Of resources that can be described, those that cannot be changed.
Verdict CheckChangeable(const ConfigChange& change) {
  switch (change.type) {
    case ConfigResource::kTopic:
      if (!change.name.empty()) return {};
      return Refuse(ErrorCode::kInvalidRequest, "properties of all topics are those of brokers");
    case ConfigResource::kBrokerLogger:
      if (change.replace_all) {
        return Refuse(ErrorCode::kInvalidRequest, "loggers cannot be replaced as a whole");
      }
      if (change.alterations.empty()) return {};
      return Refuse(ErrorCode::kInvalidConfig, "there is no logger {}",
                    Shown(change.alterations[0].name));
    case ConfigResource::kClientMetrics:
      return Refuse(ErrorCode::kInvalidRequest, "this broker takes no metrics of clients");
    case ConfigResource::kGroup:
      return Refuse(ErrorCode::kInvalidRequest, "groups have no properties of their own here");
    default:
      return {};
  }
}

Verdict CheckAlteration(const Alteration& alteration) {
  const auto operation = static_cast<int>(alteration.operation);
  if (operation < 0 || operation > static_cast<int>(ConfigOperation::kSubtract)) {
    return Refuse(ErrorCode::kInvalidRequest, "unknown operation {} on {}", operation,
                  Shown(alteration.name));
  }
  if (alteration.operation == ConfigOperation::kDelete || alteration.value) return {};
  return Refuse(ErrorCode::kInvalidRequest, "{} cannot be null", Shown(alteration.name));
}

Verdict AlterList(const Alteration& alteration, const Kind& kind,
                  const config::BrokerConfig& broker, Overrides& set) {
  const bool append = alteration.operation == ConfigOperation::kAppend;
  const Property* row = kind.find(alteration.name);
  if (row == nullptr || row->type != config::Type::kList) {
    return Refuse(ErrorCode::kInvalidConfig, "nothing can be {} {}: it is not a list",
                  append ? "appended to" : "subtracted from", Shown(alteration.name));
  }
  const auto at = set.find(alteration.name);
  std::vector<std::string> list =
      at != set.end() ? config::SplitList(at->second) : kind.unset(*row, broker);
  for (const std::string& element : config::SplitList(*alteration.value)) {
    const auto found = std::find(list.begin(), list.end(), element);
    if (append && found == list.end()) list.push_back(element);
    if (!append && found != list.end()) list.erase(found);
  }
  set[alteration.name] = config::Join(list, ",");
  return {};
}

// Does what is asked, without a look at the values.
Verdict Apply(const ConfigChange& change, const Kind& kind, const config::BrokerConfig& broker,
              Overrides& set) {
  if (change.replace_all) set.clear();
  for (const Alteration& alteration : change.alterations) {
    switch (alteration.operation) {
      case ConfigOperation::kSet:
        set[alteration.name] = *alteration.value;
        break;
      case ConfigOperation::kDelete:
        set.erase(alteration.name);
        break;
      case ConfigOperation::kAppend:
      case ConfigOperation::kSubtract: {
        const Verdict verdict = AlterList(alteration, kind, broker, set);
        if (!verdict.ok()) return verdict;
      }
    }
  }
  return {};
}

// Whether one value may be set for a broker while it runs.
Verdict CheckBrokerValue(const std::string& name, const std::string& text, bool for_all) {
  constexpr ErrorCode kError = ErrorCode::kInvalidRequest;
  if (std::max(name.size(), text.size()) > kTextBytesMax) {
    return Refuse(kError, "{}: names and values have at most {} bytes", Shown(name), kTextBytesMax);
  }
  const Property* row = config::FindBrokerProperty(name);
  if (row == nullptr) return {};
  if (row->update == config::Update::kReadOnly) {
    return Refuse(kError,
                  "{} cannot be changed while the broker runs, only by its configuration "
                  "file and a new start",
                  name);
  }
  if (for_all && row->update == config::Update::kPerBroker) {
    return Refuse(kError, "{} cannot be set for all brokers: name one", name);
  }
  if (name.starts_with("ssl.") && name != "ssl.client.auth") {
    return Refuse(kError, "{} can only be changed for one listener: listener.name.<name>.{}", name,
                  name);
  }
  const absl::Status status = config::ParseValue(*row, text).status();
  if (status.ok()) return {};
  return {kError, std::string(status.message())};
}

Verdict CheckBrokerValues(const Overrides& before, const Overrides& after, bool for_all) {
  if (after.size() > std::max(before.size(), kBrokerOverridesMax)) {
    return Refuse(ErrorCode::kInvalidRequest, "at most {} properties can be set",
                  kBrokerOverridesMax);
  }
  for (const auto& [name, text] : after) {
    const auto was = before.find(name);
    if (was != before.end() && was->second == text) continue;
    Verdict verdict = CheckBrokerValue(name, text, for_all);
    if (!verdict.ok()) return verdict;
  }
  return {};
}

}  // namespace

Verdict CheckConfigResource(ConfigResource type, const std::string& name, int32_t node_id) {
  switch (type) {
    case ConfigResource::kTopic:
      return CheckTopicName(name);
    case ConfigResource::kBroker:
      return name.empty() ? Verdict() : CheckBrokerName(name, node_id);
    case ConfigResource::kBrokerLogger:
      return CheckBrokerName(name, node_id);
    case ConfigResource::kClientMetrics:
    case ConfigResource::kGroup:
      if (!name.empty()) return {};
      return Refuse(ErrorCode::kInvalidRequest, "a name is missing");
    case ConfigResource::kUnknown:
      break;
  }
  return Refuse(ErrorCode::kInvalidRequest, "unknown type of resource {}", static_cast<int>(type));
}

Verdict CheckConfigChange(const ConfigChange& change, int32_t node_id) {
  std::set<std::string_view> names;
  for (const Alteration& alteration : change.alterations) {
    Verdict verdict = CheckAlteration(alteration);
    if (!verdict.ok()) return verdict;
    if (!names.insert(alteration.name).second) {
      return Refuse(ErrorCode::kInvalidRequest, "{} is named more than once",
                    Shown(alteration.name));
    }
  }
  const Verdict changeable = CheckChangeable(change);
  return changeable.ok() ? CheckConfigResource(change.type, change.name, node_id) : changeable;
}

Verdict AlterTopic(const ConfigChange& change, const config::TopicOverrides& before,
                   const config::BrokerConfig& broker, config::TopicOverrides& after) {
  after = before;
  const Verdict applied = Apply(change, kTopics, broker, after);
  if (!applied.ok()) return applied;
  const absl::Status status = config::ValidateTopicConfig(after, broker, before);
  if (status.ok()) return {};
  return {ErrorCode::kInvalidConfig, std::string(status.message())};
}

Verdict AlterBroker(const ConfigChange& change, const config::BrokerConfig& broker,
                    config::DynamicOverrides& after) {
  const bool for_all = change.name.empty();
  const config::DynamicOverrides& before = broker.dynamic();
  after = before;
  Overrides& changed = for_all ? after.all : after.own;
  Verdict verdict = Apply(change, kBrokers, broker, changed);
  if (verdict.ok()) {
    verdict = CheckBrokerValues(for_all ? before.all : before.own, changed, for_all);
  }
  if (!verdict.ok()) return verdict;
  absl::Status status;
  const config::BrokerConfig next = broker.With(after, &status);
  // What topics take from the broker must fit together too.
  if (status.ok()) status = config::ValidateTopicConfig({}, next);
  if (status.ok()) return {};
  return {ErrorCode::kInvalidRequest, std::string(status.message())};
}

}  // namespace varve::cluster
