#include "benchmarks/broker/options/tree.h"
#include "benchmarks/broker/report/html.h"

namespace varve::bench {

void AddReport(CLI::App& root, Invocation& invocation) {
  CLI::App& app = *root.add_subcommand("report", "One page of plots from what --json wrote");
  auto options = std::make_shared<ReportOptions>();
  app.add_option("files", options->files, "What --json wrote")->required();
  app.add_option("--html", options->html, "The page")->capture_default_str();
  app.footer("\nExample\n  varve-bench report varved.json kafka.json --html report.html\n");
  app.callback([&invocation, options] {
    invocation.mode = "report";
    invocation.report = [options] { return WriteReport(*options); };
  });
}

}  // namespace varve::bench
