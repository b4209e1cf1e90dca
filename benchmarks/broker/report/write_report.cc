#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "benchmarks/broker/report/html.h"
#include "engine/base/status.h"

namespace varve::bench {

absl::Status WriteReport(const ReportOptions& options) {
  std::vector<ToldRun> runs;
  for (const std::string& path : options.files) {
    std::ifstream file(path);
    const std::string json{std::istreambuf_iterator<char>(file), {}};
    if (!file) return absl::NotFoundError(fmt::format("cannot read {}", path));
    ASSIGN_OR_RETURN(ToldRun run, ReadRun(std::filesystem::path(path).stem().string(), json));
    runs.push_back(std::move(run));
  }
  std::ofstream page(options.html);
  page << ToHtml(runs) << std::flush;
  if (page) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("cannot write to {}", options.html));
}

}  // namespace varve::bench
