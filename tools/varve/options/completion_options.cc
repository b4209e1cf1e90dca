#include <map>

#include "tools/varve/completion/script.h"
#include "tools/varve/options/tree.h"

namespace varve::cli {
namespace {

constexpr const char* kFooter = R"(
  bash   source <(varve completion bash)
  zsh    source <(varve completion zsh)
  fish   varve completion fish | source
)";

// "a property; may be given again" as one line.
OptionModel ModelOf(const CLI::Option& option) {
  OptionModel model;
  for (const std::string& name : option.get_snames()) model.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) model.names.push_back("--" + name);
  model.about = option.get_description();
  model.takes_value = option.get_items_expected_max() > 0;
  return model;
}

CommandModel ModelOf(const CLI::App& app) {
  CommandModel model{app.get_name(), app.get_description(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    OptionModel one = ModelOf(*option);
    if (!one.names.empty()) model.options.push_back(std::move(one));
  }
  for (const CLI::App* below : app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    model.commands.push_back(ModelOf(*below));
  }
  return model;
}

}  // namespace

void AddCompletionCommand(CLI::App& root, Invocation& invocation) {
  CLI::App& app = *root.add_subcommand("completion", "Print what a shell completes commands by");
  auto shell = std::make_shared<Shell>();
  const std::map<std::string, Shell> shells{
      {"bash", Shell::kBash}, {"zsh", Shell::kZsh}, {"fish", Shell::kFish}};
  app.add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->transform(CLI::CheckedTransformer(shells));
  app.footer(kFooter);
  // The tree is gone when the command runs.
  app.callback([&root, &invocation, shell] {
    invocation.run = [script = CompletionScript(*shell, ModelOf(root))](const Globals&) {
      Output out;
      out.Write(script);
      return out.Flush();
    };
  });
}

}  // namespace varve::cli
