#include "tools/dump/options.h"

#include <CLI/CLI.hpp>
#include <map>

#include "tools/text/time_text.h"

namespace varve::dump {
namespace {

constexpr const char* kAbout =
    "varve-dump shows what lies in log directories of varve and Apache Kafka, and checks it.\n"
    "It only ever reads, takes no lock, and may be pointed at a directory that is in use.\n";

constexpr const char* kFooter = R"(
A file is shown by its name: .log (one line a batch; --records for what is inside), .index,
.timeindex, .txnindex, .snapshot, .checkpoint, the *-checkpoint files, partition.metadata,
meta.properties, quorum-state, .kafka_cleanshutdown. Of a directory, everything in it is shown;
with --records, --decode or a filter, its .log files only.

Examples
  varve-dump data/numbers-0                                all files of one partition
  varve-dump --records data/numbers-0 --from-offset 5000   its records from offset 5000 on
  varve-dump --key user-17 --value-format json data/users-0/*.log
  varve-dump --json --records data/numbers-0 | jq .value   for programs
  varve-dump --records data/__consumer_offsets-12          decoded by the directory's name
  varve-dump --verify data                                 every invariant of a log directory
  varve-dump --stats data/numbers-0                        sizes, codecs, keys, times

--verify tells faults (something is damaged, or contradicts something else) from notes (worth
knowing, harmless). What a process that is just writing leaves for a moment is neither.

Exit status  0  no fault
             1  at least one fault
             2  wrong usage, or something could not be read
)";

struct Raw {
  std::string from_time;
  std::string to_time;
  std::string key;
  std::string decode = "auto";
  bool json = false;
  bool verify = false;
  bool stats = false;
  bool no_progress = false;
};

const std::map<std::string, text::ByteFormat> kFormats{{"text", text::ByteFormat::kText},
                                                       {"json", text::ByteFormat::kJson},
                                                       {"hex", text::ByteFormat::kHex},
                                                       {"base64", text::ByteFormat::kBase64}};
const std::map<std::string, Decode> kDecoders{{"offsets", Decode::kOffsets},
                                              {"transactions", Decode::kTransactions},
                                              {"metadata", Decode::kMetadata},
                                              {"none", Decode::kNone}};

void AddWhat(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("path", options.paths, "Files, partition directories, log directories")
      ->required();
  auto* verify = app.add_flag("--verify", raw.verify, "Check every invariant; list all faults");
  auto* stats = app.add_flag("--stats", raw.stats, "Sizes, codecs, keys, times, producers");
  verify->excludes(stats);
  app.add_flag("-r,--records", options.records, "Show records, not just batches");
  app.add_flag("-j,--json", raw.json, "One JSON object a line, for programs");
}

void AddFormats(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--key-format", options.key_format, "text, json, hex or base64")
      ->transform(CLI::CheckedTransformer(kFormats))
      ->option_text("FORMAT");
  app.add_option("--value-format", options.value_format, "Likewise; of headers too")
      ->transform(CLI::CheckedTransformer(kFormats))
      ->option_text("FORMAT");
  app.add_option("--decode", raw.decode,
                 "What records mean: offsets, transactions, metadata, none; auto goes by the "
                 "directory's name")
      ->check(CLI::IsMember({"auto", "offsets", "transactions", "metadata", "none"}))
      ->option_text("WHAT");
}

void AddFilters(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--from-offset", options.filter.from_offset, "The first offset to show");
  app.add_option("--to-offset", options.filter.to_offset, "The last one");
  app.add_option("--from-time", raw.from_time,
                 "The earliest time to show: milliseconds since 1970, or ISO 8601 such as "
                 "2024-11-22 or 2024-11-22T04:30:00+01:00 (UTC unless it says otherwise)")
      ->option_text("TIME");
  app.add_option("--to-time", raw.to_time, "The latest one")->option_text("TIME");
  app.add_option("--key", raw.key, "Records with this key only, given in the key format")
      ->option_text("KEY");
}

void AddLimits(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--memory", options.memory_bytes,
                 "Largest batch to look into, as it is stored and decompressed; 256MB if not set")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false))
      ->option_text("SIZE");
  app.add_option("--keys-max", options.keys_max,
                 "How many keys --stats counts one by one, at 50 bytes each; beyond, it estimates")
      ->option_text("N");
  app.add_flag("--no-progress", raw.no_progress, "No progress bar on a terminal");
}

// What is wrong with the values; empty if nothing is.
std::string Take(const Raw& raw, Options& options) {
  if (raw.json) options.style = Style::kJson;
  if (raw.verify) options.mode = Options::Mode::kVerify;
  if (raw.stats) options.mode = Options::Mode::kStats;
  options.progress = !raw.no_progress;
  options.decode_auto = raw.decode == "auto";
  if (!options.decode_auto) options.decode = kDecoders.at(raw.decode);
  for (const auto& [text, into] : {std::pair(&raw.from_time, &options.filter.from_time_ms),
                                   std::pair(&raw.to_time, &options.filter.to_time_ms)}) {
    if (text->empty()) continue;
    const auto time = text::ParseTime(*text);
    if (!time) return *text + " is no time: give milliseconds, or 2024-11-22T04:30:00Z";
    *into = *time;
  }
  return {};
}

std::string TakeKey(const CLI::App& app, const Raw& raw, Options& options) {
  if (app.count("--key") > 0) {
    options.filter.key = text::ParseBytes(raw.key, options.key_format);
    if (!options.filter.key) return raw.key + " is no key in the --key-format";
    options.records = true;
  }
  if (app.count("--decode") > 0 && raw.decode != "none") options.records = true;
  return {};
}

}  // namespace

std::optional<Options> ParseOptions(int argc, char** argv, int& exit_status) {
  Options options;
  Raw raw;
  CLI::App app{kAbout, "varve-dump"};
  app.set_version_flag("--version", std::string("varve-dump ") + VARVE_VERSION);
  app.footer(kFooter);
  AddWhat(app, options, raw);
  AddFormats(app, options, raw);
  AddFilters(app, options, raw);
  AddLimits(app, options, raw);
  try {
    app.parse(argc, argv);
    for (const std::string& wrong : {Take(raw, options), TakeKey(app, raw, options)}) {
      if (!wrong.empty()) throw CLI::ValidationError(wrong);
    }
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error) == 0 ? kClean : kUnreadable;
    return std::nullopt;
  }
  return options;
}

}  // namespace varve::dump
