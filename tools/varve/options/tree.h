#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>

#include "tools/varve/options/options.h"

// How the tree of commands is built; each subject has a file.
namespace varve::cli {

// A command whose options are filled in by the time it runs.
template <typename Options>
struct Command {
  CLI::App& app;
  Options& options;
};

// A command that talks to a broker through a session.
template <typename Options>
Command<Options> AddAdmin(CLI::App& parent, Invocation& invocation, const std::string& name,
                          const std::string& about,
                          io::Task<absl::Status> (*run)(Session&, const Options&)) {
  CLI::App& app = *parent.add_subcommand(name, about);
  auto options = std::make_shared<Options>();
  app.callback([&invocation, options, run] {
    invocation.run = [options, run](const Globals& globals) {
      return RunAdmin(globals, [&](Session& session) { return run(session, *options); });
    };
  });
  return {app, *options};
}

// Any other.
template <typename Options>
Command<Options> AddPlain(CLI::App& parent, Invocation& invocation, const std::string& name,
                          const std::string& about,
                          absl::Status (*run)(const Globals&, const Options&)) {
  CLI::App& app = *parent.add_subcommand(name, about);
  auto options = std::make_shared<Options>();
  app.callback([&invocation, options, run] {
    invocation.run = [options, run](const Globals& globals) { return run(globals, *options); };
  });
  return {app, *options};
}

// A word that has commands below it.
inline CLI::App& AddGroup(CLI::App& parent, const std::string& name, const std::string& about) {
  CLI::App& app = *parent.add_subcommand(name, about);
  app.require_subcommand(1);
  return app;
}

void AddTopicCommands(CLI::App& root, Invocation& invocation);
void AddRecordCommands(CLI::App& root, Invocation& invocation);
void AddGroupCommands(CLI::App& root, Invocation& invocation);
void AddClusterCommands(CLI::App& root, Invocation& invocation);
void AddCompletionCommand(CLI::App& root, Invocation& invocation);

}  // namespace varve::cli
