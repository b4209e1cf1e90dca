#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

#include "benchmarks/broker/report/told_run.h"

namespace varve::bench {

// One page that needs nothing else: for each mode a table and plots, in which the runs of several
// files stand side by side.
std::string ToHtml(const std::vector<ToldRun>& runs);

struct ReportOptions {
  std::vector<std::string> files;
  std::string html = "report.html";
};
// Errors    NotFound: a file cannot be read. InvalidArgument: it is something else. Unavailable:
//           the page cannot be written.
absl::Status WriteReport(const ReportOptions& options);

}  // namespace varve::bench
