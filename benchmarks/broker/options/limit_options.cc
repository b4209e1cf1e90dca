#include "benchmarks/broker/options/tree.h"

namespace varve::bench {
namespace {

constexpr const char* kLimitFooter = R"(
No broker is asked. What serves stands where the broker stands in other modes; with what asks it
shares this process, not a thread. Give it the file system that the broker has its data on.

Examples
  varve-bench limit --directory /var/lib/varve --duration 3s
  varve-bench limit --what send --size 4KiB --size 64KiB --size 1MiB
)";

}  // namespace

void AddLimitMode(CLI::App& root, Invocation& invocation) {
  auto [app, options] = AddMode(root, invocation, "limit",
                                "The same bytes by bare system calls, without a broker", &RunLimit);
  app.add_option("--what", options.what, "receive, send or both")
      ->check(CLI::IsMember({"receive", "send", "both"}))
      ->capture_default_str();
  app.add_option("--only", options.only, "One way to do it, by the name that its row has");
  app.add_option("--size", options.sizes, "Of a request, or an answer; may be given again")
      ->transform(CLI::AsSizeValue(false))
      ->allow_extra_args(false)
      ->default_str("16384,1048576");
  app.add_option("--directory", options.directory, "Where files are made")->capture_default_str();
  app.add_option("--file-size", options.file_bytes, "Of the file; then it is used again")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--in-flight", options.in_flight, "Requests under way")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.footer(kLimitFooter);
}

}  // namespace varve::bench
