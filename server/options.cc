#include "server/options.h"

#include <CLI/CLI.hpp>

namespace varve {

std::optional<Options> ParseOptions(int argc, char** argv, int& exit_status) {
  Options options;
  std::string backend;
  std::string features;
  std::string http;
  CLI::App app{"varved: a log store that speaks the Kafka protocol", "varved"};
  app.set_version_flag("--version", std::string("varved ") + VARVE_VERSION);
  app.add_option("properties", options.properties_file,
                 "Properties, as in Kafka's server.properties")
      ->check(CLI::ExistingFile);
  app.add_option("--override", options.overrides, "key=value; wins over the file")
      ->allow_extra_args(false);
  app.add_option("--io-backend", backend, "auto, uring or epoll: varve.io.backend");
  app.add_option("--io-features", features,
                 "Kernel features to use: all, a kernel version such as 6.1, or names to leave "
                 "out: varve.io.features");
  app.add_option("--http-listener", http,
                 "host:port for /metrics, /livez and /readyz: varve.http.listener");
  app.add_flag("--config-reference", options.print_reference,
               "Print what every property means, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error);
    return std::nullopt;
  }
  if (!backend.empty()) options.overrides.push_back("varve.io.backend=" + backend);
  if (!features.empty()) options.overrides.push_back("varve.io.features=" + features);
  if (!http.empty()) options.overrides.push_back("varve.http.listener=" + http);
  return options;
}

}  // namespace varve
