#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "benchmarks/broker/mode/modes.h"
#include "benchmarks/broker/options/options.h"

// How the modes' options are built; each family has a file.
namespace varve::bench {

template <typename Options>
struct Mode {
  CLI::App& app;
  Options& options;
};

// A mode whose options are filled in by the time it runs.
template <typename Options>
Mode<Options> AddMode(CLI::App& root, Invocation& invocation, const std::string& name,
                      const std::string& about,
                      absl::StatusOr<Rows> (*run)(const Common&, const Options&)) {
  CLI::App& app = *root.add_subcommand(name, about);
  auto options = std::make_shared<Options>();
  app.callback([&invocation, options, run, name] {
    invocation.mode = name;
    invocation.run = [options, run](const Common& common) { return run(common, *options); };
  });
  return {app, *options};
}

// A value by one of these names.
template <typename Value>
CLI::Validator OneOf(std::map<std::string, Value> values) {
  const auto transform = [values = std::move(values)](std::string& text) -> std::string {
    const auto found = values.find(text);
    if (found == values.end()) {
      std::string names;
      for (const auto& [name, value] : values) names += (names.empty() ? "" : ", ") + name;
      return text + " is none of " + names;
    }
    text = std::to_string(static_cast<int>(found->second));
    return "";
  };
  return {transform, "NAME"};
}

// Those of all modes.
void AddCommon(CLI::App& app, Common& common);

void AddBatchShape(CLI::App& app, BatchShape& shape);
// Those of producers; the first without their number of connections.
void AddProduceOnly(CLI::App& app, ProduceShape& shape);
void AddProduceShape(CLI::App& app, ProduceShape& shape);
void AddRates(CLI::App& app, ProduceShape& shape);

void AddProduceMode(CLI::App& root, Invocation& invocation);
void AddConsumeMode(CLI::App& root, Invocation& invocation);
void AddLimitMode(CLI::App& root, Invocation& invocation);
void AddLatencyModes(CLI::App& root, Invocation& invocation);
void AddOtherModes(CLI::App& root, Invocation& invocation);
void AddReport(CLI::App& root, Invocation& invocation);

}  // namespace varve::bench
