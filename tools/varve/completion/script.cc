#include "tools/varve/completion/script.h"

#include <fmt/format.h>

#include <algorithm>

namespace varve::cli {
namespace {

// Calls `visit` with each command and the words that lead to it: "", "topic", "topic create".
template <typename Visit>
void ForEach(const CommandModel& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CommandModel& below : command.commands) {
    ForEach(below, path.empty() ? below.name : path + ' ' + below.name, visit);
  }
}

// Within single quotes of bash and zsh.
std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

// Within single quotes of fish.
std::string FishQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::vector<OptionModel> OptionsOf(const CommandModel& command, const CommandModel& root) {
  std::vector<OptionModel> options = command.options;
  if (&command == &root) return options;
  for (const OptionModel& option : root.options) {
    if (std::find(options.begin(), options.end(), option) == options.end()) {
      options.push_back(option);
    }
  }
  return options;
}

std::string ValueNames(const CommandModel& command, const CommandModel& root) {
  std::string names;
  for (const OptionModel& option : OptionsOf(command, root)) {
    if (!option.takes_value) continue;
    for (const std::string& name : option.names) names += ' ' + name;
  }
  return names;
}

// The walk over the words before the cursor, which both bash and zsh do: it leaves the command in
// `path`. A word that belongs to an option is no command.
std::string Paths(const CommandModel& root) {
  std::string cases;
  ForEach(root, "", [&](const CommandModel& /*command*/, const std::string& path) {
    if (!path.empty()) cases += fmt::format("{}{}", cases.empty() ? "" : "|", Quoted(path));
  });
  return cases;
}

constexpr std::string_view kBashHead = R"(# bash completion of {0}:  source <({0} completion bash)
_{0}() {{
  local word path='' step words='' values='' i
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  for ((i = 1; i < COMP_CWORD; ++i)); do
    step="${{path:+$path }}${{COMP_WORDS[i]}}"
    case $step in {1}) path=$step ;; esac
  done
  case $path in
)";

constexpr std::string_view kBashTail = R"(  esac
  for word in $values; do
    if [[ $word == "$previous" ]]; then
      COMPREPLY=($(compgen -f -- "$current"))
      return
    fi
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ ${{#COMPREPLY[@]}} -eq 0 && $current != -* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -F _{0} {0}
)";

std::string Bash(const CommandModel& root) {
  std::string out = fmt::format(kBashHead, root.name, Paths(root));
  ForEach(root, "", [&](const CommandModel& command, const std::string& path) {
    std::string words;
    for (const CommandModel& below : command.commands) words += ' ' + below.name;
    for (const OptionModel& option : OptionsOf(command, root)) {
      for (const std::string& name : option.names) words += ' ' + name;
    }
    out += fmt::format("    {}) words={} values={} ;;\n", Quoted(path), Quoted(words),
                       Quoted(ValueNames(command, root)));
  });
  return out + fmt::format(kBashTail, root.name);
}

constexpr std::string_view kZshHead = R"(#compdef {0}
# zsh completion of {0}:  source <({0} completion zsh)
_{0}() {{
  local step='' at='' i
  local -a items=() values=()
  for ((i = 2; i < CURRENT; ++i)); do
    step="${{at:+$at }}${{words[i]}}"
    case $step in {1}) at=$step ;; esac
  done
  case $at in
)";

constexpr std::string_view kZshTail = R"(  esac
  if (( ${{values[(Ie)${{words[CURRENT-1]}}]}} )); then
    _files
    return
  fi
  _describe '{0}' items -o || _files
}}
compdef _{0} {0}
)";

// "name:what it does", as _describe has it.
std::string ZshItem(std::string_view name, std::string_view about) {
  return ' ' + Quoted(fmt::format("{}:{}", name, about));
}

std::string Zsh(const CommandModel& root) {
  std::string out = fmt::format(kZshHead, root.name, Paths(root));
  ForEach(root, "", [&](const CommandModel& command, const std::string& path) {
    std::string items;
    for (const CommandModel& below : command.commands) items += ZshItem(below.name, below.about);
    for (const OptionModel& option : OptionsOf(command, root)) {
      for (const std::string& name : option.names) items += ZshItem(name, option.about);
    }
    out += fmt::format("    {}) items=({}) values=({}) ;;\n", Quoted(path), items,
                       ValueNames(command, root));
  });
  return out + fmt::format(kZshTail, root.name);
}

constexpr std::string_view kFishHead = R"(# fish completion of {0}:  {0} completion fish | source
function __{0}_path
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l step (string trim -- "$path $word")
    if contains -- $step {1}
      set path $step
    end
  end
  test "$path" = "$argv[1]"
end
)";

void AddFishOption(std::string& out, const OptionModel& option, std::string_view program,
                   std::string_view when) {
  out += fmt::format("complete -c {}{}", program, when);
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.takes_value) out += " -r";
  out += fmt::format(" -d {}\n", FishQuoted(option.about));
}

std::string Fish(const CommandModel& root) {
  std::string paths;
  ForEach(root, "", [&](const CommandModel& /*command*/, const std::string& path) {
    if (!path.empty()) paths += ' ' + FishQuoted(path);
  });
  std::string out = fmt::format(kFishHead, root.name, paths.empty() ? "" : paths.substr(1));
  for (const OptionModel& option : root.options) AddFishOption(out, option, root.name, "");
  ForEach(root, "", [&](const CommandModel& command, const std::string& path) {
    const std::string when = fmt::format(" -n \"__{}_path {}\"", root.name, FishQuoted(path));
    for (const CommandModel& below : command.commands) {
      out += fmt::format("complete -c {}{} -f -a {} -d {}\n", root.name, when,
                         FishQuoted(below.name), FishQuoted(below.about));
    }
    if (&command == &root) return;
    for (const OptionModel& option : command.options) AddFishOption(out, option, root.name, when);
  });
  return out;
}

}  // namespace

std::string CompletionScript(Shell shell, const CommandModel& root) {
  switch (shell) {
    case Shell::kBash:
      return Bash(root);
    case Shell::kZsh:
      return Zsh(root);
    default:
      return Fish(root);
  }
}

}  // namespace varve::cli
