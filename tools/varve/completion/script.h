#pragma once

#include <string>
#include <string_view>
#include <vector>

// What shells are told about the command line. No I/O.
namespace varve::cli {

struct OptionModel {
  std::vector<std::string> names;  // "-p", "--partitions"
  std::string about;
  bool takes_value = false;

  bool operator==(const OptionModel&) const = default;
};

// A command, with those below it; the root has the program's name.
struct CommandModel {
  std::string name;
  std::string about;
  std::vector<OptionModel> options;
  std::vector<CommandModel> commands;
};

enum class Shell { kBash, kZsh, kFish };

// A script for the shell to read. Options of the root go with every command.
std::string CompletionScript(Shell shell, const CommandModel& root);

}  // namespace varve::cli
