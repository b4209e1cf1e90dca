#include "tools/varve/command/group.h"
#include "tools/varve/options/tree.h"

namespace varve::cli {
namespace {

constexpr const char* kResetFooter = R"(
Shows what would change; --execute changes it. The group must not have members.

Examples
  varve group reset-offsets readers --all-topics --to-earliest
  varve group reset-offsets readers --topic orders --by-duration 1h30m --execute
  varve group reset-offsets readers --topic orders:0,2 --shift-by -100 --execute
)";

void AddTargets(CLI::App& app, ResetOffsetsOptions& options) {
  app.add_flag("--to-earliest", options.to_earliest, "To where each partition begins");
  app.add_flag("--to-latest", options.to_latest, "To where each partition ends");
  app.add_flag("--to-current", options.to_current, "To where it is, within what there is");
  app.add_option("--to-offset", options.to_offset, "To this offset")->option_text("OFFSET");
  app.add_option("--shift-by", options.shift_by, "So many forward, or back if negative")
      ->option_text("N");
  app.add_option("--to-time,--to-datetime", options.to_time,
                 "2024-11-22T04:30:00Z, milliseconds since 1970, or how long ago: -1h30m")
      ->option_text("TIME");
  app.add_option("--by-duration", options.by_duration, "So long ago: 1h30m, 7d, PT15M")
      ->option_text("DURATION");
}

void AddReset(CLI::App& group, Invocation& invocation) {
  auto [app, options] = AddAdmin(group, invocation, "reset-offsets",
                                 "Set where a group goes on reading", &ResetOffsets);
  app.add_option("group", options.group, "Its name")->required();
  app.add_option("--topic", options.topics, "orders, or orders:0,2; may be given again")
      ->option_text("TOPIC")
      ->allow_extra_args(false);
  app.add_flag("--all-topics", options.all_topics, "All topics that it has offsets of");
  AddTargets(app, options);
  auto* execute = app.add_flag("--execute", options.execute, "Do it");
  app.add_flag("--dry-run", options.dry_run, "Only show it, as without --execute")
      ->excludes(execute);
  app.footer(kResetFooter);
}

}  // namespace

void AddGroupCommands(CLI::App& root, Invocation& invocation) {
  CLI::App& group = AddGroup(root, "group", "List, describe, reset and delete groups");
  {
    auto [app, options] = AddAdmin(group, invocation, "list", "List groups", &ListGroups);
    app.add_option("--state", options.states, "Only those in it: Stable, Empty, ...")
        ->option_text("STATE")
        ->allow_extra_args(false);
  }
  {
    auto [app, options] = AddAdmin(group, invocation, "describe",
                                   "Show offsets, lag, members and their shares", &DescribeGroups);
    app.add_option("group", options.names, "Names")->required();
  }
  AddReset(group, invocation);
  {
    auto [app, options] =
        AddAdmin(group, invocation, "delete", "Delete groups and their offsets", &DeleteGroups);
    app.add_option("group", options.names, "Names")->required();
  }
}

}  // namespace varve::cli
