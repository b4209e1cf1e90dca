#include "tools/varve/command/cluster.h"
#include "tools/varve/command/config.h"
#include "tools/varve/command/doctor.h"
#include "tools/varve/options/tree.h"

namespace varve::cli {
namespace {

constexpr const char* kConfigFooter = R"(
Examples
  varve config describe topic orders --all
  varve config set topic orders retention.ms=604800000 segment.bytes=67108864
  varve config unset topic orders retention.ms
  varve config set broker all log.retention.ms=86400000
)";

void AddResource(CLI::App& app, std::string& kind, std::string& name) {
  app.add_option("kind", kind, "topic or broker")
      ->required()
      ->check(CLI::IsMember({"topic", "broker"}));
  app.add_option("name", name, "A topic's name; a broker's id, or all")->required();
}

void AddConfig(CLI::App& root, Invocation& invocation) {
  CLI::App& config = AddGroup(root, "config", "Show and change properties of topics and brokers");
  config.footer(kConfigFooter);
  {
    auto [app, options] =
        AddAdmin(config, invocation, "describe", "Show properties that are set", &DescribeConfig);
    AddResource(app, options.kind, options.name);
    app.add_flag("-a,--all", options.all, "Also those that are not set");
    app.add_flag("--docs", options.documentation, "Tell what they mean");
  }
  {
    auto [app, options] = AddAdmin(config, invocation, "set", "Set properties", &SetConfig);
    AddResource(app, options.kind, options.name);
    app.add_option("setting", options.settings, "NAME=VALUE, one or more")->required();
    app.add_flag("--dry-run", options.dry_run, "Only ask whether it could be done");
  }
  {
    auto [app, options] =
        AddAdmin(config, invocation, "unset", "Return properties to their defaults", &UnsetConfig);
    AddResource(app, options.kind, options.name);
    app.add_option("setting", options.settings, "Names, one or more")->required();
    app.add_flag("--dry-run", options.dry_run, "Only ask whether it could be done");
  }
}

}  // namespace

void AddClusterCommands(CLI::App& root, Invocation& invocation) {
  AddConfig(root, invocation);
  {
    auto [app, options] =
        AddAdmin(root, invocation, "cluster",
                 "Show id, controller, brokers, features and log directories", &ShowCluster);
    app.add_flag("--api-versions", options.api_versions, "Also which requests brokers serve");
  }
  {
    auto [app, options] =
        AddPlain(root, invocation, "doctor", "Check whether this machine suits a broker", &Doctor);
    app.add_option("--data-dir", options.data_dir, "Look at the disk of this directory, too")
        ->option_text("DIRECTORY");
  }
}

}  // namespace varve::cli
