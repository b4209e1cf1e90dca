#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "server/config/broker_config.h"
#include "server/config/reference.h"
#include "server/logging.h"
#include "server/options.h"
#include "server/process.h"
#include "server/resources.h"

namespace varve {
namespace {

// Only the main thread takes them, in Process::Run.
void BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // a client that is gone, and
  ::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes, are errors of the call
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int Main(int argc, char** argv) {
  int status = 0;
  const std::optional<Options> options = ParseOptions(argc, argv, status);
  if (!options) return status;
  if (options->print_reference) {
    fmt::print("{}", config::ReferencePage());
    return 0;
  }
  std::string text;
  if (!options->properties_file.empty()) text = ReadWhole(options->properties_file);
  const auto config = config::BrokerConfig::Parse({text, options->overrides, HostName()});
  if (!config.ok()) {
    LogError("configuration: {}", std::string(config.status().message()));
    return 1;
  }
  for (const std::string& warning : config->warnings()) LogWarning("configuration: {}", warning);
  BlockSignals();
  Process process(*config);
  return process.Run();
}

}  // namespace
}  // namespace varve

int main(int argc, char** argv) { return varve::Main(argc, argv); }
