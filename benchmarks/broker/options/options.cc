#include "benchmarks/broker/options/options.h"

#include <fmt/format.h>

#include <cstdio>

#include "benchmarks/broker/options/tree.h"

namespace varve::bench {
namespace {

constexpr const char* kAbout = "varve-bench: measures any broker that speaks the Kafka protocol\n";

constexpr const char* kFooter = R"(
Examples
  varve-bench produce --create --broker-pid port
  varve-bench consume --recreate --fill 1GiB --consumers 4
  varve-bench MODE --help                                 what a mode can do

Exit status  0  measured
             1  it failed, or the broker answered with errors
             2  wrong usage
)";

void Remember(const CLI::App& app, Invocation& invocation) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_single_name();
    if (name == "help" || name == "version") continue;
    const std::string value = option->count() > 0
                                  ? fmt::format("{}", fmt::join(option->results(), ","))
                                  : option->get_default_str();
    if (!value.empty()) invocation.options.emplace_back(name, value);
  }
}

}  // namespace

std::optional<Invocation> ParseOptions(int argc, const char* const* argv, int& exit_status) {
  std::optional<Invocation> invocation(std::in_place);
  CLI::App app{kAbout, "varve-bench"};
  app.set_version_flag("--version", std::string("varve-bench ") + VARVE_VERSION);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.fallthrough();  // options of all modes may stand behind the mode
  app.require_subcommand(1);
  AddCommon(app, invocation->common);
  AddProduceMode(app, *invocation);
  AddConsumeMode(app, *invocation);
  AddLimitMode(app, *invocation);
  AddLatencyModes(app, *invocation);
  AddOtherModes(app, *invocation);
  AddReport(app, *invocation);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = error.get_exit_code() == 0 ? kDone : kWrongUsage;
    app.exit(error);
    return std::nullopt;
  }
  Remember(app, *invocation);
  for (const CLI::App* mode : app.get_subcommands()) Remember(*mode, *invocation);
  return invocation;
}

}  // namespace varve::bench
