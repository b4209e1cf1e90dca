#include "server/config/reference.h"

#include <fmt/format.h>

#include <functional>

#include "server/config/property.h"
#include "server/config/value.h"

namespace varve::config {
namespace {

// A table's cell ends at a bar.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell.push_back('\\');
    cell.push_back(c);
  }
  return cell;
}

std::string DefaultCell(const Property& property) {
  if (!property.default_text) return "";
  return property.default_text->empty() ? "(empty)" : fmt::format("`{}`", *property.default_text);
}

std::string SynonymSentence(const Property& property) {
  std::vector<std::string> names;
  for (const Synonym& synonym : property.synonyms) {
    if (!synonym.name.empty()) names.push_back(fmt::format("`{}`", synonym.name));
  }
  return names.empty() ? "" : fmt::format(" Not set: {}.", Join(names, ", then "));
}

std::string Row(const Property& property) {
  return fmt::format("| `{}` | {} | {} | {} | {}{} |\n", property.name, TypeName(property.type),
                     DefaultCell(property), Cell(Permitted(property)), Cell(property.doc),
                     SynonymSentence(property));
}

std::string Section(std::string_view title, std::string_view text,
                    std::span<const Property> properties,
                    const std::function<bool(const Property&)>& belongs) {
  std::string out = fmt::format("\n## {}\n{}\n\n", title, text);
  out += "| name | type | default | permitted | meaning |\n|---|---|---|---|---|\n";
  for (const Property& property : properties) {
    if (!property.internal && belongs(property)) out += Row(property);
  }
  return out;
}

}  // namespace

std::string ReferencePage() {
  const auto works = [](const Property& property) { return property.has_effect; };
  const auto idle = [](const Property& property) { return !property.has_effect; };
  std::string out =
      "# Properties\n"
      "Names, units and defaults are those of Apache Kafka 4. Properties that begin with `varve.` "
      "are varved's own.\nThey are read from a `server.properties` file and from `--override "
      "key=value`; of two the later one counts, and\noverrides come after the file. An unknown "
      "name draws a warning, a wrong value is refused.\n";
  out += Section("Broker", "What varved reads.", BrokerProperties(), works);
  out += Section("Topic", "What a topic may set for itself; else the broker's value counts.",
                 TopicProperties(), works);
  out += Section("Accepted for brokers",
                 "Kafka's files contain these. They are checked, and do nothing here.",
                 BrokerProperties(), idle);
  out += Section("Accepted for topics", "Likewise: kept with the topic, and without effect.",
                 TopicProperties(), idle);
  return out;
}

}  // namespace varve::config
