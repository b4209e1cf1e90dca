#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "tools/varve/options/options.h"

namespace varve::cli {
namespace {

int Main(int argc, char** argv) {
  // Nobody reading any more, and a broker that is gone, are errors of the call.
  ::signal(SIGPIPE, SIG_IGN);
  int status = kDone;
  const std::optional<Invocation> invocation = ParseOptions(argc, argv, status);
  if (!invocation) return status;
  const absl::Status result = invocation->run(invocation->globals);
  if (result.ok()) return kDone;
  if (!result.message().empty()) fmt::print(stderr, "varve: {}\n", std::string(result.message()));
  return absl::IsInvalidArgument(result) ? kWrongUsage : kFailed;
}

}  // namespace
}  // namespace varve::cli

int main(int argc, char** argv) { return varve::cli::Main(argc, argv); }
