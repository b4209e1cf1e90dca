#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "benchmarks/broker/options/options.h"
#include "benchmarks/broker/report/run.h"
#include "server/resources.h"
#include "tools/text/interrupt.h"

namespace varve::bench {
namespace {

int64_t MillisNow() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

absl::Status WriteJson(const Run& run, const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  if (path == "-") {
    std::cout << ToJson(run) << std::flush;
    return std::cout ? absl::OkStatus() : absl::UnavailableError("cannot write to standard output");
  }
  std::ofstream file(path);
  file << ToJson(run) << std::flush;
  return file ? absl::OkStatus() : absl::UnavailableError(fmt::format("cannot write to {}", path));
}

bool HasErrors(const Run& run) {
  for (const Row& row : run.rows) {
    if (!row.figures.errors.empty()) return true;
  }
  return false;
}

int Tell(const absl::Status& status) {
  fmt::print(stderr, "varve-bench: {}\n", std::string(status.message()));
  return absl::IsInvalidArgument(status) ? kWrongUsage : kFailed;
}

// Measures, and tells of it; returns the exit status.
int Measure(const Invocation& invocation) {
  const Common& common = invocation.common;
  Run run{invocation.mode, MillisNow(), invocation.options};
  absl::StatusOr<Rows> rows = invocation.run(common);
  if (common.progress || ::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K");
  if (!rows.ok()) return Tell(rows.status());
  run.rows = *std::move(rows);
  if (common.json != "-") fmt::print("{}", ToText(run));
  const absl::Status written = WriteJson(run, common.json);
  if (!written.ok()) return Tell(written);
  if (!HasErrors(run) || common.errors_allowed) return kDone;
  fmt::print(stderr, "varve-bench: the broker answered with errors\n");
  return kFailed;
}

int Main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);  // a broker that is gone is an error of the call
  int exit_status = kDone;
  const std::optional<Invocation> invocation = ParseOptions(argc, argv, exit_status);
  if (!invocation) return exit_status;
  if (invocation->report) {
    const absl::Status reported = invocation->report();
    return reported.ok() ? kDone : Tell(reported);
  }
  RaiseOpenFilesLimit();
  const text::Interrupt interrupt;
  return Measure(*invocation);
}

}  // namespace
}  // namespace varve::bench

int main(int argc, char** argv) { return varve::bench::Main(argc, argv); }
