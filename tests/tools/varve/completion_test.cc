#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/varve/completion/script.h"

namespace varve::cli {
namespace {

using ::testing::HasSubstr;

CommandModel Example() {
  CommandModel create{"create", "Make it's", {{{"-p", "--parts"}, "How many", true}}, {}};
  CommandModel topic{"topic", "Topics", {}, {create}};
  return {"tool", "", {{{"-j", "--json"}, "For programs", false}}, {topic}};
}

TEST(CompletionScript, ForBashHasTheWordsOfEachCommand) {
  const std::string script = CompletionScript(Shell::kBash, Example());
  EXPECT_THAT(script, HasSubstr("case $step in 'topic'|'topic create') path=$step ;; esac"));
  EXPECT_THAT(script, HasSubstr("    '') words=' topic -j --json' values='' ;;\n"));
  EXPECT_THAT(script, HasSubstr("    'topic') words=' create -j --json' values='' ;;\n"));
  EXPECT_THAT(script, HasSubstr("    'topic create') words=' -p --parts -j --json' "
                                "values=' -p --parts' ;;\n"));
  EXPECT_THAT(script, HasSubstr("complete -F _tool tool\n"));
}

TEST(CompletionScript, ForZshTellsWhatThingsAre) {
  const std::string script = CompletionScript(Shell::kZsh, Example());
  EXPECT_THAT(script, HasSubstr("#compdef tool\n"));
  EXPECT_THAT(script, HasSubstr("'create:Make it'\\''s'"));
  EXPECT_THAT(script, HasSubstr("'--parts:How many'"));
  EXPECT_THAT(script, HasSubstr("compdef _tool tool\n"));
}

TEST(CompletionScript, ForFishGoesByTheCommand) {
  const std::string script = CompletionScript(Shell::kFish, Example());
  EXPECT_THAT(script, HasSubstr("complete -c tool -s j -l json -d 'For programs'\n"));
  EXPECT_THAT(script, HasSubstr("complete -c tool -n \"__tool_path 'topic'\" -f -a 'create' -d "
                                "'Make it\\'s'\n"));
  EXPECT_THAT(script, HasSubstr("complete -c tool -n \"__tool_path 'topic create'\" -s p -l parts "
                                "-r -d 'How many'\n"));
}

}  // namespace
}  // namespace varve::cli
