#include "tools/varve/options/options.h"

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

void AddGlobals(CLI::App& app, Globals& globals) {
  app.add_option("-b,--bootstrap-server", globals.bootstrap,
                 "A broker, HOST:PORT, or several with commas between; 127.0.0.1:9092 if not set")
      ->envname("VARVE_BOOTSTRAP_SERVER")
      ->option_text("ADDRESS");
  app.add_option("--timeout-ms", globals.timeout_ms,
                 "How long one request may take, with all attempts; 30000 if not set")
      ->check(CLI::Range(1, 3'600'000))
      ->option_text("MS");
  app.add_flag("-j,--json", globals.json, "JSON, for programs");
  app.add_flag("!--no-progress", globals.progress, "No progress line on a terminal");
}

}  // namespace

std::optional<Invocation> ParseOptions(int argc, char** argv, int& exit_status) {
  Invocation invocation;
  CLI::App app{kAbout, "varve"};
  app.set_version_flag("--version", std::string("varve ") + VARVE_VERSION);
  app.footer(kFooter);
  app.fallthrough();  // options of all commands may stand behind the command
  app.require_subcommand(1);
  AddGlobals(app, invocation.globals);
  AddTopicCommands(app, invocation);
  AddRecordCommands(app, invocation);
  AddGroupCommands(app, invocation);
  AddClusterCommands(app, invocation);
  AddCompletionCommand(app, invocation);
  // AddRecordCommands(app, invocation);
  // AddGroupCommands(app, invocation);
  // AddClusterCommands(app, invocation);
  // AddCompletionCommand(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error) == 0 ? kDone : kWrongUsage;
    return std::nullopt;
  }
  return invocation;
}

}  // namespace varve::cli
