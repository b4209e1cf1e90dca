#include <algorithm>
#include <vector>

#include "engine/base/check.h"
#include "server/config/property.h"
#include "server/config/tables.h"

namespace varve::config {
namespace {

std::vector<Property> Sorted(std::initializer_list<std::span<const Property>> tables) {
  std::vector<Property> all;
  for (const std::span<const Property> table : tables) {
    all.insert(all.end(), table.begin(), table.end());
  }
  std::sort(all.begin(), all.end(),
            [](const Property& a, const Property& b) { return a.name < b.name; });
  return all;
}

const Property* Find(std::span<const Property> properties, std::string_view name) {
  const auto at = std::lower_bound(
      properties.begin(), properties.end(), name,
      [](const Property& property, std::string_view wanted) { return property.name < wanted; });
  return at != properties.end() && at->name == name ? &*at : nullptr;
}

// How many characters must be put in, dropped or replaced to make `a` of `b`.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const Property> BrokerProperties() {
  static const std::vector<Property> properties =
      Sorted({NetworkProperties(), LogProperties(), ClusterProperties(), GroupProperties(),
              AcceptedProperties()});
  return properties;
}

std::span<const Property> TopicProperties() {
  static const std::vector<Property> properties = Sorted({TopicTable()});
  return properties;
}

const Property* FindBrokerProperty(std::string_view name) { return Find(BrokerProperties(), name); }

const Property* FindTopicProperty(std::string_view name) { return Find(TopicProperties(), name); }

std::string_view NearestName(std::span<const Property> properties, std::string_view name) {
  constexpr size_t kNameBytesMax = 100;  // nobody mistypes a longer one; bounds the work
  if (name.size() > kNameBytesMax) return {};
  size_t best = 1 + std::max<size_t>(2, name.size() / 5);
  std::string_view nearest;
  for (const Property& property : properties) {
    if (property.internal) continue;
    const size_t distance = EditDistance(property.name, name);
    if (distance >= best) continue;
    best = distance;
    nearest = property.name;
  }
  return nearest;
}

}  // namespace varve::config
