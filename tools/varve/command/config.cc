#include "tools/varve/command/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/varve/facts/configs.h"
#include "tools/varve/facts/topics.h"

namespace varve::cli {
namespace {

constexpr std::string_view kAll = "all";

// Asks the cluster about a topic first: it tells what may have been meant by a wrong name.
io::Task<absl::StatusOr<Resource>> Find(Client& client, std::string kind, std::string name) {
  Resource resource;
  resource.name = name;
  if (kind == "topic") {
    std::vector<std::string> names{name};
    const auto topics = co_await NamedTopics(client, std::move(names));
    CO_RETURN_IF_ERROR(topics.status());
    co_return resource;
  }
  resource.type = wire::ConfigResource::kBroker;
  if (name == kAll) {
    resource.name.clear();
  } else if (name.find_first_not_of("0123456789") != std::string::npos) {
    co_return absl::InvalidArgumentError(
        fmt::format("\"{}\" is no id of a broker: give a number, or all", name));
  }
  co_return resource;
}

std::string ValueOf(const ConfigFacts& config) {
  if (config.sensitive) return "(secret)";
  return config.value.value_or("");
}

text::JsonWriter Json(const Resource& resource, const std::vector<ConfigFacts>& configs) {
  text::JsonWriter json;
  json.BeginObject().Field("resource", resource.ToString()).Key("configs").BeginArray();
  for (const ConfigFacts& config : configs) {
    json.BeginObject().Field("name", config.name).Field("value", config.value);
    json.Field("source", SourceName(config.source)).Flag("readOnly", config.read_only);
    json.Flag("sensitive", config.sensitive);
    if (!config.documentation.empty()) json.Field("documentation", config.documentation);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return json;
}

void PrintTable(Output& out, const std::vector<ConfigFacts>& configs) {
  text::Table table({"PROPERTY", "VALUE", "SET BY"});
  for (const ConfigFacts& config : configs) {
    table.Add({config.name, ValueOf(config), std::string(SourceName(config.source))});
  }
  out.Print(table);
}

void PrintDocumented(Output& out, const std::vector<ConfigFacts>& configs) {
  for (const ConfigFacts& config : configs) {
    out.Line(fmt::format("{}={}  ({}{})", config.name, ValueOf(config), SourceName(config.source),
                         config.read_only ? ", read-only" : ""));
    if (!config.documentation.empty()) out.Line("    " + config.documentation);
  }
}

io::Task<absl::Status> Change(Session& session, const ChangeConfigOptions& options,
                              Settings settings) {
  CO_ASSIGN_OR_RETURN(const Resource resource,
                      co_await Find(session.client, options.kind, options.name));
  CO_RETURN_IF_ERROR(co_await ChangeConfigs(session.client, resource, settings, options.dry_run));
  const std::string_view done = options.dry_run ? "would change" : "changed";
  if (session.json()) {
    text::JsonWriter json;
    json.BeginObject().Field("resource", resource.ToString()).Field("result", done);
    json.Field("set", settings.set.size()).Field("unset", settings.unset.size()).EndObject();
    session.out.Print(json);
    co_return absl::OkStatus();
  }
  for (const auto& [name, value] : settings.set) {
    session.out.Line(fmt::format("{} {}: {}={}", done, resource.ToString(), name, value));
  }
  for (const std::string& name : settings.unset) {
    session.out.Line(fmt::format("{} {}: {} as by default", done, resource.ToString(), name));
  }
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::Status> DescribeConfig(Session& session, const DescribeConfigOptions& options) {
  CO_ASSIGN_OR_RETURN(const Resource resource,
                      co_await Find(session.client, options.kind, options.name));
  CO_ASSIGN_OR_RETURN(auto configs,
                      co_await Configs(session.client, resource, options.documentation));
  if (!options.all) {
    std::erase_if(
        configs, [&](const ConfigFacts& config) { return !IsSetOn(resource.type, config.source); });
  }
  if (session.json()) {
    text::JsonWriter json = Json(resource, configs);
    session.out.Print(json);
  } else if (configs.empty()) {
    session.out.Line(
        fmt::format("nothing is set on {}; --all shows the defaults", resource.ToString()));
  } else if (options.documentation) {
    PrintDocumented(session.out, configs);
  } else {
    PrintTable(session.out, configs);
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> SetConfig(Session& session, const ChangeConfigOptions& options) {
  CO_ASSIGN_OR_RETURN(const Settings settings, ParseSettings(options.settings, {}));
  co_return co_await Change(session, options, settings);
}

io::Task<absl::Status> UnsetConfig(Session& session, const ChangeConfigOptions& options) {
  CO_ASSIGN_OR_RETURN(const Settings settings, ParseSettings({}, options.settings));
  co_return co_await Change(session, options, settings);
}

}  // namespace varve::cli
