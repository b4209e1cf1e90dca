#include "server/config/broker_config.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "server/config/properties.h"
#include "server/config/settings.h"

namespace varve::config {
namespace {

// A file may be full of unknown keys; this many are told one by one.
constexpr size_t kUnknownKeysToldMax = 20;

std::string UnknownKey(std::string_view key) {
  const std::string shown = Shown(key);
  if (const Property* topic = FindTopicProperty(key); topic != nullptr) {
    const std::string_view synonym = topic->synonyms[0].name;
    return synonym.empty() ? fmt::format("{} is a property of topics: ignored", shown)
                           : fmt::format("{} is a property of topics: ignored; the broker's is {}",
                                         shown, synonym);
  }
  const std::string_view nearest = NearestName(BrokerProperties(), key);
  if (nearest.empty()) return fmt::format("unknown property {}: ignored", shown);
  return fmt::format("unknown property {}: ignored; did you mean {}?", shown, nearest);
}

absl::Status CheckValue(std::string_view key, std::string_view text) {
  const Property* property = FindBrokerProperty(key);
  return property == nullptr ? absl::OkStatus() : ParseValue(*property, text).status();
}

// Whether this can be set in that layer. Another program may have set anything.
bool Counts(std::string_view name, std::string_view text, Source layer) {
  if (layer == Source::kStaticBroker) return true;
  const Property* property = FindBrokerProperty(name);
  if (property == nullptr || property->update == Update::kReadOnly) return false;
  if (property->update == Update::kPerBroker && layer == Source::kDefaultBroker) return false;
  return ParseValue(*property, text).ok();
}

// The value of a synonym in the unit of the property it stands for. Negative means "no limit" in
// both units.
Value InUnitOf(const Property& property, const Synonym& synonym, const std::string& text) {
  const Property* other = FindBrokerProperty(synonym.name);
  VARVE_CHECK(other != nullptr, "{} has no row", synonym.name);
  const Property& reader = synonym.multiplier == 1 ? property : *other;
  absl::StatusOr<Value> value = ParseValue(reader, text);
  VARVE_CHECK(value.ok(), "checked when it was set: {}", value.status().ToString());
  if (synonym.multiplier != 1) {
    auto& number = std::get<int64_t>(*value);
    if (number > 0) number *= synonym.multiplier;
  }
  return *std::move(value);
}

}  // namespace

absl::StatusOr<BrokerConfig> BrokerConfig::Parse(const BrokerInput& input) {
  BrokerConfig config;
  RETURN_IF_ERROR(config.ReadInput(input));
  config.host_name_ = input.host_name;
  config.ResolveAll();
  ASSIGN_OR_RETURN(config.settings_, MakeSettings(config, input.host_name));
  config.Warn();
  return config;
}

BrokerConfig BrokerConfig::With(DynamicOverrides dynamic, absl::Status* problem) const {
  BrokerConfig config(*this);
  config.dynamic_ = std::move(dynamic);
  config.ResolveAll();
  absl::StatusOr<BrokerSettings> settings = MakeSettings(config, host_name_);
  if (settings.ok()) {
    config.settings_ = *std::move(settings);
  } else if (problem != nullptr) {
    *problem = settings.status();
  }
  return config;
}

absl::Status BrokerConfig::ReadInput(const BrokerInput& input) {
  ASSIGN_OR_RETURN(const std::vector<PropertyEntry> entries, ParseProperties(input.file_text));
  for (const PropertyEntry& entry : entries) set_.insert_or_assign(entry.key, entry.value);
  for (const std::string& text : input.overrides) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || Trim(text.substr(0, equals)).empty()) {
      return absl::InvalidArgumentError(
          fmt::format("--override {}: permitted is key=value", Shown(text)));
    }
    set_.insert_or_assign(std::string(Trim(text.substr(0, equals))), text.substr(equals + 1));
  }
  for (const auto& [key, text] : set_) RETURN_IF_ERROR(CheckValue(key, text));
  return absl::OkStatus();
}

void BrokerConfig::ResolveAll() {
  for (const Property& property : BrokerProperties()) {
    resolved_.insert_or_assign(property.name, Resolve(property));
  }
}

const Overrides& BrokerConfig::Layer(Source layer) const {
  if (layer == Source::kBroker) return dynamic_.own;
  return layer == Source::kDefaultBroker ? dynamic_.all : set_;
}

BrokerConfig::Resolved BrokerConfig::Resolve(const Property& property) const {
  for (const Source layer : kLayers) {
    const Synonym itself{property.name};
    for (const Synonym& name : {itself, property.synonyms[0], property.synonyms[1]}) {
      if (name.name.empty()) continue;
      const auto text = SetText(name.name, layer);
      if (text) return {InUnitOf(property, name, std::string(*text)), layer};
    }
  }
  if (property.default_text) return {DefaultValue(property), Source::kDefault};
  for (const Synonym& synonym : property.synonyms) {
    const Property* other = synonym.name.empty() ? nullptr : FindBrokerProperty(synonym.name);
    if (other == nullptr || !other->default_text) continue;
    return {InUnitOf(property, synonym, std::string(*other->default_text)), Source::kDefault};
  }
  return {};
}

void BrokerConfig::Warn() {
  size_t unknown = 0;
  std::vector<std::string> idle;
  for (const auto& [key, text] : set_) {
    const Property* property = FindBrokerProperty(key);
    if (property == nullptr) {
      if (++unknown <= kUnknownKeysToldMax) warnings_.push_back(UnknownKey(key));
    } else if (!property->has_effect) {
      idle.emplace_back(property->name);
    }
  }
  if (unknown > kUnknownKeysToldMax) {
    warnings_.push_back(
        fmt::format("{} more unknown properties: ignored", unknown - kUnknownKeysToldMax));
  }
  if (!idle.empty()) {
    warnings_.push_back(fmt::format("set, without effect here: {}", Join(idle, ", ")));
  }
}

const BrokerConfig::Resolved& BrokerConfig::At(std::string_view name) const {
  const auto at = resolved_.find(name);
  VARVE_CHECK(at != resolved_.end(), "{} has no row", name);
  return at->second;
}

const Value& BrokerConfig::Get(std::string_view name) const { return At(name).value; }

Source BrokerConfig::SourceOf(std::string_view name) const { return At(name).source; }

bool BrokerConfig::IsNull(std::string_view name) const {
  return std::holds_alternative<std::monostate>(Get(name));
}

bool BrokerConfig::Bool(std::string_view name) const { return ValueOr(Get(name), false); }
int64_t BrokerConfig::Int(std::string_view name) const { return ValueOr(Get(name), int64_t{0}); }
double BrokerConfig::Double(std::string_view name) const { return ValueOr(Get(name), 0.0); }
std::string BrokerConfig::Text(std::string_view name) const {
  return ValueOr(Get(name), std::string());
}
std::vector<std::string> BrokerConfig::List(std::string_view name) const {
  return ValueOr(Get(name), std::vector<std::string>());
}

std::optional<std::string_view> BrokerConfig::SetText(std::string_view name, Source layer) const {
  const Overrides& set = Layer(layer);
  const auto at = set.find(name);
  if (at == set.end() || !Counts(name, at->second, layer)) return std::nullopt;
  return at->second;
}

}  // namespace varve::config
