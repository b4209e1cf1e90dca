#include "tools/varve/options/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "tools/text/near_names.h"
#include "tools/varve/options/tree.h"

namespace varve::cli {
namespace {

constexpr const char* kAbout = "varve: topics, records, groups and settings of a Kafka cluster\n";

constexpr const char* kFooter = R"(
Examples
  varve topic create orders --partitions 4 --config retention.ms=604800000
  varve produce orders --key-delimiter : < lines.txt
  varve consume orders --from beginning --until-end
  varve group describe readers
  varve COMMAND --help                              what a command can do

Exit status  0  done
             1  it failed
             2  wrong usage
)";

constexpr const char* kCommandFooter =
    "\nvarve --help tells of options that go with every command: -b, --json and others\n";

void AddGlobals(CLI::App& app, Globals& globals) {
  app.add_option("-b,--bootstrap-server", globals.bootstrap,
                 "A broker, HOST:PORT, or several with commas between; 127.0.0.1:9092 if not set")
      ->envname("VARVE_BOOTSTRAP_SERVER")
      ->take_last()
      ->option_text("ADDRESS");
  app.add_option("--timeout-ms", globals.timeout_ms,
                 "How long one request may take, with all attempts; 30000 if not set")
      ->check(CLI::Range(1, 3'600'000))
      ->take_last()
      ->option_text("MS");
  app.add_flag("-j,--json", globals.json, "JSON, for programs");
  app.add_flag_callback(
      "--no-progress", [&globals] { globals.progress = false; }, "No progress line on a terminal");
}

std::vector<std::string> NamesBelow(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* below : app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    names.push_back(below->get_name());
  }
  return names;
}

// What to say about the first word that should be a command and is none; "" if there is no such
// word.
std::string UnknownCommand(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::vector<std::string> names = NamesBelow(*at);
    if (names.empty()) return "";
    if (word.starts_with('-')) {
      const CLI::Option* option = app.get_option_no_throw(word);
      if (option != nullptr && option->get_items_expected_max() > 0) ++i;
      continue;
    }
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      const std::string meant = text::DidYouMean(word, names);
      const std::string there = fmt::format("; there are {}", fmt::join(names, ", "));
      return fmt::format("there is no command {}{}", word, meant.empty() ? there : meant);
    }
    at = at->get_subcommand(word);
  }
  return "";
}

}  // namespace

std::optional<Invocation> ParseOptions(int argc, char** argv, int& exit_status) {
  Invocation invocation;
  CLI::App app{kAbout, "varve"};
  app.set_version_flag("--version", std::string("varve ") + VARVE_VERSION);
  app.footer(kCommandFooter);  // of commands that say nothing else
  app.fallthrough();           // options of all commands may stand behind the command
  app.require_subcommand(1);
  AddGlobals(app, invocation.globals);
  AddTopicCommands(app, invocation);
  AddRecordCommands(app, invocation);
  AddGroupCommands(app, invocation);
  AddClusterCommands(app, invocation);
  AddCompletionCommand(app, invocation);
  app.footer(kFooter);
  // AddRecordCommands(app, invocation);
  // AddGroupCommands(app, invocation);
  // AddClusterCommands(app, invocation);
  // AddCompletionCommand(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = error.get_exit_code() == 0 ? kDone : kWrongUsage;
    const std::string unknown = exit_status == kDone ? "" : UnknownCommand(app, argc, argv);
    if (unknown.empty()) {
      app.exit(error);
    } else {
      fmt::print(stderr, "varve: {}\n", unknown);
    }
    return std::nullopt;
  }
  return invocation;
}

}  // namespace varve::cli
