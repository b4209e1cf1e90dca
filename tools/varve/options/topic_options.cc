#include "tools/varve/command/topic.h"
#include "tools/varve/options/tree.h"

namespace varve::cli {
namespace {

void AddCreate(CLI::App& topic, Invocation& invocation) {
  auto [app, options] = AddAdmin(topic, invocation, "create", "Make topics", &CreateTopics);
  app.add_option("topic", options.names, "Their names")->required();
  app.add_option("-p,--partitions", options.partitions, "As the broker is configured if not set")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("N");
  app.add_option("-r,--replication-factor", options.replication, "Likewise")
      ->check(CLI::Range(1, 32'767))
      ->option_text("N");
  app.add_option("-c,--config", options.configs, "A property; may be given again")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--if-not-exists", options.if_not_exists, "It is no error if one exists");
  app.add_flag("--dry-run", options.dry_run, "Only ask whether they could be made");
}

void AddAlter(CLI::App& topic, Invocation& invocation) {
  auto [app, options] = AddAdmin(topic, invocation, "alter",
                                 "Give a topic more partitions, or other properties", &AlterTopic);
  app.add_option("topic", options.name, "Its name")->required();
  app.add_option("-p,--partitions", options.partitions, "How many it is to have then")
      ->check(CLI::Range(1, 1'000'000))
      ->option_text("N");
  app.add_option("-c,--config", options.set, "A property to set; may be given again")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_option("--unset", options.unset, "A property to return to its default; likewise")
      ->option_text("NAME")
      ->allow_extra_args(false);
  app.add_flag("--dry-run", options.dry_run, "Only ask whether it could be done");
}

}  // namespace

void AddTopicCommands(CLI::App& root, Invocation& invocation) {
  CLI::App& topic = AddGroup(root, "topic", "Make, list, describe, alter and delete topics");
  AddCreate(topic, invocation);
  {
    auto [app, options] = AddAdmin(topic, invocation, "list", "List topics", &ListTopics);
    app.add_flag("--internal", options.internal, "Also those that brokers keep for themselves");
  }
  {
    auto [app, options] =
        AddAdmin(topic, invocation, "describe",
                 "Show partitions, leaders, offsets, sizes and properties", &DescribeTopics);
    app.add_option("topic", options.names, "Names; all topics if there are none");
  }
  AddAlter(topic, invocation);
  {
    auto [app, options] = AddAdmin(topic, invocation, "delete", "Delete topics", &DeleteTopics);
    app.add_option("topic", options.names, "Their names")->required();
    app.add_flag("--if-exists", options.if_exists, "It is no error if there is none");
  }
}

}  // namespace varve::cli
