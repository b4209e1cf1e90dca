// A client for the kill test: produces and logs what was acknowledged, or checks that it is there.

#include <CLI/CLI.hpp>

#include "tests/crash/checker.h"
#include "tests/crash/producer.h"

int main(int argc, char** argv) {
  CLI::App app{"produces records and logs what was acknowledged; checks that it is there"};
  app.require_subcommand(1);

  varve::crash::ProduceOptions produce;
  CLI::App* producing = app.add_subcommand("produce", "until SIGTERM");
  producing->add_option("address", produce.address)->required();
  producing->add_option("topic", produce.topic)->required();
  producing->add_option("reports", produce.reports, "file to append to")->required();
  producing->add_option("--codec", produce.codec)->default_val("none");
  producing->add_option("--ready", produce.ready, "reports until it prints ready");
  producing->add_option("--seed", produce.seed);

  varve::crash::CheckOptions check;
  CLI::App* checking = app.add_subcommand("check", "reads back what was acknowledged");
  checking->add_option("address", check.address)->required();
  checking->add_option("topic", check.topic)->required();
  checking->add_option("reports", check.reports, "files")->required();
  checking->add_flag("--whole", check.whole, "from the start of the log");

  CLI11_PARSE(app, argc, argv);
  return producing->parsed() ? varve::crash::Produce(produce) : varve::crash::Check(check);
}
