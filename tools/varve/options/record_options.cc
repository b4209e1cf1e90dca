#include <map>

#include "tools/varve/command/consume.h"
#include "tools/varve/command/produce.h"
#include "tools/varve/options/tree.h"

namespace varve::cli {
namespace {

constexpr const char* kProduceFooter = R"(
With --json each line of input is an object, as varve consume --json prints it:
  {"key":"a","value":"b","headers":[{"name":"h","value":"x"}],"timestamp":1700000000000,
   "partition":0}
Every member may be missing; "keyBase64" and "valueBase64" have any bytes.

Examples
  varve produce orders < lines.txt                     a record a line
  varve produce orders -K : < pairs.txt                key:value
  varve produce images -k cat.png --whole cat.png      a file as one record
  varve consume -je orders | varve produce -j copy     all of it, byte for byte
)";

constexpr const char* kConsumeFooter = R"(
--format has text, \n \t \0 \xNN, and
  %t topic  %p partition  %o offset  %k key  %s value  %h headers  %% a percent sign
  %T time in milliseconds  %D time as a date  %K, %S bytes of key and value, -1: null

Examples
  varve consume orders -e                              all there is
  varve consume orders --from -10 -e                   the last 10 of each partition
  varve consume orders --from-time -1h                 from an hour ago, and what comes
  varve consume orders -g readers                      as a member of a group
  varve consume orders -e -f '%p %o %D %k=%s\n'
  varve consume orders -je | jq .value
)";

std::map<std::string, text::ByteFormat> Formats() {
  return {{"text", text::ByteFormat::kText},
          {"hex", text::ByteFormat::kHex},
          {"base64", text::ByteFormat::kBase64}};
}

void AddFormats(CLI::App& app, text::ByteFormat& key, text::ByteFormat& value) {
  app.add_option("--key-format", key, "text, hex or base64")
      ->transform(CLI::CheckedTransformer(Formats()))
      ->option_text("FORMAT");
  app.add_option("--value-format", value, "Likewise")
      ->transform(CLI::CheckedTransformer(Formats()))
      ->option_text("FORMAT");
}

void AddProperties(CLI::App& app, std::vector<std::string>& properties) {
  app.add_option("-X,--property", properties, "A property of librdkafka; may be given again")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
}

void AddProduceInput(CLI::App& app, ProduceOptions& options) {
  app.add_option("topic", options.topic, "Where to")->required();
  app.add_option("file", options.files, "Files; - or none: standard input");
  auto* delimiter = app.add_option("-D,--delimiter", options.delimiter,
                                   "What ends a record, with \\n \\t \\0 \\xNN; \\n if not set");
  app.add_option("-K,--key-delimiter", options.key_delimiter, "What stands between key and value");
  app.add_flag("--whole", options.whole, "A file is one record")->excludes(delimiter);
  app.add_option("-k,--key", options.key, "The key of records that have none");
  app.add_option("-H,--header", options.headers, "A header of each record; may be given again")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
  AddFormats(app, options.key_format, options.value_format);
  app.add_flag("-Z,--null", options.empty_is_null, "An empty value is null, an empty key none");
}

void AddProduce(CLI::App& root, Invocation& invocation) {
  auto [app, options] =
      AddPlain(root, invocation, "produce", "Send records from files or standard input", &Produce);
  AddProduceInput(app, options);
  app.add_option("-p,--partition", options.partition, "By the key, or any, if not set")
      ->check(CLI::NonNegativeNumber)
      ->option_text("N");
  app.add_flag("--any-partition", options.any_partition,
               "Whatever partition a record of --json names, as into a topic with fewer of them");
  app.add_option("-z,--codec", options.codec, "none, gzip, snappy, lz4 or zstd")
      ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}))
      ->option_text("CODEC");
  app.add_option("-a,--acks", options.acks, "0, 1 or all; all if not set")
      ->check(CLI::IsMember({"0", "1", "-1", "all"}))
      ->option_text("ACKS");
  app.add_flag("-i,--idempotent", options.idempotent, "No record twice, whatever the network does");
  app.add_flag("--create", options.create, "Make the topic if it is not there");
  AddProperties(app, options.properties);
  app.footer(kProduceFooter);
}

void AddConsume(CLI::App& root, Invocation& invocation) {
  auto [app, options] =
      AddPlain(root, invocation, "consume", "Print records, and those that come", &Consume);
  app.add_option("topic", options.topic, "Where from")->required();
  app.add_option("-p,--partition", options.partitions, "All if not set; 0,2 or given again")
      ->delimiter(',')
      ->option_text("N")
      ->allow_extra_args(false);
  app.add_option("-o,--from", options.from,
                 "beginning, end, an offset, or -N: the last N of each partition; beginning if "
                 "not set. With a group: where it begins if it was never there")
      ->option_text("WHERE");
  app.add_option("-t,--from-time", options.from_time,
                 "2024-11-22T04:30:00Z, milliseconds since 1970, or how long ago: -1h30m")
      ->option_text("TIME");
  app.add_flag("-e,--until-end", options.until_end, "End where the partitions end");
  app.add_option("-n,--count", options.count, "End after that many records")->option_text("N");
  app.add_option("-g,--group", options.group, "Read as a member of this group");
  app.add_option("-f,--format", options.format, "How a record is printed")->option_text("FORMAT");
  app.add_option("-K,--key-delimiter", options.key_delimiter, "Print the key, and this behind it");
  app.add_option("-D,--delimiter", options.delimiter, "What ends a record; \\n if not set");
  AddFormats(app, options.key_format, options.value_format);
  app.add_flag("--uncommitted", options.uncommitted, "Also what transactions may take back");
  AddProperties(app, options.properties);
  app.footer(kConsumeFooter);
}

}  // namespace

void AddRecordCommands(CLI::App& root, Invocation& invocation) {
  AddProduce(root, invocation);
  AddConsume(root, invocation);
}

}  // namespace varve::cli
