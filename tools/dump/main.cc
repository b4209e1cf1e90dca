#include "tools/dump/options.h"
#include "tools/dump/output.h"
#include "tools/dump/printing.h"
#include "tools/dump/stats/statistics.h"
#include "tools/dump/status_count.h"
#include "tools/dump/verify/verification.h"

namespace varve::dump {
namespace {

void RunMode(const Options& options, Output& out, StatusCount& count) {
  if (options.mode == Options::Mode::kVerify) {
    Verification(options, out, count).Run();
    return;
  }
  if (options.mode == Options::Mode::kStats) {
    Statistics(options, out, count).Run();
    return;
  }
  Printing printing(options, out, count);
  for (const std::string& path : options.paths) printing.Print(path);
}

int Main(int argc, char** argv) {
  int status = 0;
  const std::optional<Options> options = ParseOptions(argc, argv, status);
  if (!options) return status;
  StatusCount count;
  {
    Output out(options->style);
    RunMode(*options, out, count);
  }
  return count.exit_status();
}

}  // namespace
}  // namespace varve::dump

int main(int argc, char** argv) { return varve::dump::Main(argc, argv); }
