#include "server/config/describe.h"

#include <map>
#include <string_view>
#include <utility>

#include "server/config/value.h"

namespace varve::config {
namespace {

DescribedConfig Describe(const Property& property) {
  return {.name = property.name,
          .value = {},
          .source = Source::kDefault,
          .type = property.type,
          .read_only = false,
          .sensitive = property.type == Type::kPassword,
          .doc = property.doc,
          .synonyms = {}};
}

std::optional<std::string> TextOrNull(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  return ValueText(value);
}

void AddSet(const BrokerConfig& broker, const Property& property, Source layer,
            DescribedConfig& config) {
  const std::optional<std::string_view> text = broker.SetText(property.name, layer);
  if (!text) return;
  std::optional<std::string> shown(Trim(*text));
  if (property.type == Type::kPassword) shown = std::nullopt;
  config.synonyms.push_back({property.name, std::move(shown), layer});
}

void AddDefault(const Property& property, DescribedConfig& config) {
  if (!property.default_text) return;
  config.synonyms.push_back({property.name, std::string(*property.default_text), Source::kDefault});
}

// What stands for a broker's property, in the order it is looked at: all that is set, layer by
// layer, then all that is default.
void AddBrokerSynonyms(const BrokerConfig& broker, std::string_view name, DescribedConfig& config) {
  const Property* property = FindBrokerProperty(name);
  if (property == nullptr) return;
  std::vector<const Property*> chain = {property};
  for (const Synonym& synonym : property->synonyms) {
    if (!synonym.name.empty()) chain.push_back(FindBrokerProperty(synonym.name));
  }
  for (const Source layer : BrokerConfig::kLayers) {
    for (const Property* each : chain) AddSet(broker, *each, layer, config);
  }
  for (const Property* each : chain) AddDefault(*each, config);
}

// A broker's value as it was written; in the property's own unit if a synonym has another.
std::optional<std::string> BrokerText(const BrokerConfig& broker, const Property& property) {
  if (property.type == Type::kPassword) return std::nullopt;
  const Source source = broker.SourceOf(property.name);
  if (source != Source::kDefault) {
    if (const auto set = broker.SetText(property.name, source)) return std::string(Trim(*set));
  }
  if (source == Source::kDefault && property.default_text) {
    return std::string(*property.default_text);
  }
  return TextOrNull(broker.Get(property.name));
}

DescribedConfig DescribeBrokerProperty(const Property& property, const BrokerConfig& broker) {
  DescribedConfig config = Describe(property);
  config.value = BrokerText(broker, property);
  config.source = broker.SourceOf(property.name);
  config.read_only = property.update == Update::kReadOnly;
  AddBrokerSynonyms(broker, property.name, config);
  return config;
}

// The topic's own word, if it has one that is in force.
bool DescribeOverride(const TopicOverrides& overrides, const Property& property,
                      DescribedConfig& config) {
  const auto at = overrides.find(property.name);
  if (at == overrides.end()) return false;
  if (!ParseValue(property, at->second, Strictness::kStored).ok()) return false;
  config.value = std::string(Trim(at->second));
  config.source = Source::kTopic;
  config.synonyms.push_back({property.name, config.value, Source::kTopic});
  return true;
}

DescribedConfig DescribeTopicProperty(const Property& property, const TopicOverrides& overrides,
                                      const BrokerConfig& broker) {
  DescribedConfig config = Describe(property);
  const bool own = DescribeOverride(overrides, property, config);
  const Property* synonym = FindBrokerProperty(property.synonyms[0].name);
  if (synonym == nullptr) {
    if (!own) config.value = TextOrNull(DefaultValue(property));
    AddDefault(property, config);
    return config;
  }
  AddBrokerSynonyms(broker, synonym->name, config);
  if (own) return config;
  config.value = BrokerText(broker, *synonym);
  config.source = broker.SourceOf(synonym->name);
  return config;
}

DescribedConfig DescribeUnknown(std::string_view name, Source source) {
  DescribedConfig config{.name = name, .value = {}, .source = source, .doc = {}, .synonyms = {}};
  config.sensitive = true;
  config.synonyms.push_back({name, std::nullopt, source});
  return config;
}

void AddUnknown(const Overrides& set, Source source, std::vector<DescribedConfig>& all) {
  for (const auto& [name, text] : set) {
    if (FindBrokerProperty(name) == nullptr) all.push_back(DescribeUnknown(name, source));
  }
}

// Of those with the same name the first one stays.
void SortOnce(std::vector<DescribedConfig>& all) {
  std::map<std::string_view, DescribedConfig> by_name;
  for (DescribedConfig& each : all) by_name.try_emplace(each.name, std::move(each));
  all.clear();
  for (auto& [name, config] : by_name) all.push_back(std::move(config));
}

}  // namespace

std::vector<DescribedConfig> DescribeAllBrokers(const BrokerConfig& broker) {
  std::vector<DescribedConfig> all;
  for (const Property& property : BrokerProperties()) {
    DescribedConfig config = Describe(property);
    AddSet(broker, property, Source::kDefaultBroker, config);
    if (config.synonyms.empty()) continue;
    config.value = config.synonyms[0].value;
    config.source = Source::kDefaultBroker;
    all.push_back(std::move(config));
  }
  AddUnknown(broker.dynamic().all, Source::kDefaultBroker, all);
  SortOnce(all);
  return all;
}

std::vector<DescribedConfig> DescribeBroker(const BrokerConfig& broker) {
  std::vector<DescribedConfig> all;
  for (const Property& property : BrokerProperties()) {
    if (!property.internal) all.push_back(DescribeBrokerProperty(property, broker));
  }
  AddUnknown(broker.dynamic().own, Source::kBroker, all);  // before those of all, which it hides
  AddUnknown(broker.dynamic().all, Source::kDefaultBroker, all);
  SortOnce(all);
  return all;
}

std::vector<DescribedConfig> DescribeTopic(const TopicOverrides& overrides,
                                           const BrokerConfig& broker) {
  std::vector<DescribedConfig> all;
  for (const Property& property : TopicProperties()) {
    if (!property.internal) all.push_back(DescribeTopicProperty(property, overrides, broker));
  }
  return all;
}

}  // namespace varve::config
