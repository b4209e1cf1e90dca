#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace varve::config {

// The numbers are those of DescribeConfigs.
enum class Type : int8_t {
  kBool = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9,
};

// Where a value came from. The numbers are those of DescribeConfigs.
enum class Source : int8_t {
  kTopic = 1,
  kBroker = 2,
  kDefaultBroker = 3,
  kStaticBroker = 4,  // server.properties or the command line
  kDefault = 5,
};

// When a change takes effect. Kafka allows the latter two while the broker runs.
enum class Update : int8_t { kReadOnly, kClusterWide, kPerBroker };

// Another property that stands for this one when this one is not set.
struct Synonym {
  std::string_view name;   // empty: none
  int64_t multiplier = 1;  // its unit in ours: hours stand for 3,600,000 ms
};

// One row of the table. Everything the program knows about a property is here: parsing,
// validation, DescribeConfigs and the reference page read it. Fields stand as tables tell them.
struct Property {  // NOLINT(clang-analyzer-optin.performance.Padding)
  std::string_view name;
  Type type = Type::kString;
  std::optional<std::string_view> default_text = std::nullopt;  // nullopt: null, "not set"
  std::optional<int64_t> min = std::nullopt;                    // numbers: the permitted range
  std::optional<int64_t> max = std::nullopt;
  std::optional<int64_t> also = std::nullopt;  // one number outside the range that is permitted
  std::string_view one_of = {};                // permitted words, "a,b,c"; of a list: each element
  Synonym synonyms[2] = {};                    // in order: the first that is set counts
  Update update = Update::kReadOnly;
  bool has_effect = true;  // false: read and checked, so that Kafka's files work, and not used
  bool internal = false;   // for tests: neither listed nor described
  // Kafka before 4.0 permitted values from here. A topic that was stored with one keeps it.
  std::optional<int64_t> stored_min = std::nullopt;
  std::string_view doc = {};
};

// All of them, sorted by name. For the life of the program.
std::span<const Property> BrokerProperties();
std::span<const Property> TopicProperties();

// nullptr if there is none of that name.
const Property* FindBrokerProperty(std::string_view name);
const Property* FindTopicProperty(std::string_view name);

// The name in `properties` that was probably meant by `name`; empty if none is near.
std::string_view NearestName(std::span<const Property> properties, std::string_view name);

}  // namespace varve::config
