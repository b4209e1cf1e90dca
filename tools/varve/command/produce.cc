#include "tools/varve/command/produce.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "engine/base/status.h"
#include "tools/text/amount.h"
#include "tools/text/interrupt.h"
#include "tools/text/progress.h"
#include "tools/varve/command/topic.h"
#include "tools/varve/facts/topics.h"
#include "tools/varve/records/input.h"
#include "tools/varve/records/input_format.h"
#include "tools/varve/records/producer.h"

namespace varve::cli {
namespace {

io::Task<absl::Status> CheckTopic(Session& session, const ProduceOptions& options) {
  std::vector<std::string> names{options.topic};
  const auto topics = co_await NamedTopics(session.client, std::move(names));
  if (!topics.ok()) {
    co_return absl::Status(topics.status().code(),
                           fmt::format("{}\n  --create makes a topic that is not there",
                                       std::string(topics.status().message())));
  }
  const size_t count = topics->front().partitions.size();
  if (options.partition && static_cast<size_t>(*options.partition) >= count) {
    co_return absl::NotFoundError(
        fmt::format("topic {} has partitions 0 to {} only", options.topic, count - 1));
  }
  co_return absl::OkStatus();
}

io::Task<absl::Status> CreateTopic(Session& session, const ProduceOptions& options) {
  CreateTopicOptions create;
  create.names = {options.topic};
  create.if_not_exists = true;
  create.quiet = true;
  CO_RETURN_IF_ERROR(co_await CreateTopics(session, create));
  co_return co_await CheckTopic(session, options);
}

absl::StatusOr<InputFormat> FormatOf(const Globals& globals, const ProduceOptions& options) {
  InputFormat format;
  format.json = globals.json;
  format.key_format = options.key_format;
  format.value_format = options.value_format;
  format.empty_is_null = options.empty_is_null;
  format.key = options.key;
  format.partition = options.partition;
  format.any_partition = options.any_partition;
  ASSIGN_OR_RETURN(format.headers, ParseHeaders(options.headers));
  if (options.key_delimiter) {
    ASSIGN_OR_RETURN(format.key_delimiter, Unescape(*options.key_delimiter));
    if (format.key_delimiter->empty()) {
      return absl::InvalidArgumentError("the key delimiter is empty");
    }
  }
  return format;
}

absl::StatusOr<std::vector<Property>> PropertiesOf(const ProduceOptions& options) {
  std::vector<Property> properties{{"compression.codec", options.codec},
                                   {"acks", options.acks},
                                   {"enable.idempotence", options.idempotent ? "true" : "false"}};
  ASSIGN_OR_RETURN(const auto more, ParseProperties(options.properties));
  properties.insert(properties.end(), more.begin(), more.end());
  return properties;
}

// What was wrong with a record, and which one it was. Nothing is said about an interruption.
absl::Status At(const Input& input, const absl::Status& status) {
  if (status.ok() || absl::IsCancelled(status)) return status;
  return absl::UnknownError(fmt::format("{}: {}", input.Where(), std::string(status.message())));
}

absl::Status SendFile(Input& input, const InputFormat& format, Producer& producer,
                      text::Progress& progress) {
  std::string_view piece;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, input.Next(piece));
    if (!more) return absl::OkStatus();
    if (format.json && piece.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    const auto record = ParseRecord(format, piece);
    if (!record.ok()) return At(input, record.status());
    RETURN_IF_ERROR(At(input, producer.Send(*record)));
    progress.AddRecord(piece.size() + 1);
  }
}

// Bytes of all files; 0 if that is not known.
uint64_t TotalOf(const std::vector<std::string>& files) {
  uint64_t total = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(file == "-" ? "/dev/stdin" : file, error);
    if (error) return 0;
    total += size;
  }
  return total;
}

absl::Status SendFiles(const Globals& globals, const ProduceOptions& options,
                       const InputFormat& format, Producer& producer) {
  const std::vector<std::string> standard_input{"-"};
  ASSIGN_OR_RETURN(const std::string delimiter, Unescape(options.delimiter));
  if (delimiter.empty()) {
    return absl::InvalidArgumentError("the delimiter is empty: --whole makes one record of a file");
  }
  const auto& files = options.files.empty() ? standard_input : options.files;
  const bool typed = files == standard_input && isatty(STDIN_FILENO) == 1;
  text::Progress progress(globals.progress && !typed);
  progress.SetTotal(TotalOf(files));
  for (const std::string& file : files) {
    Input input(file, options.whole ? "" : delimiter);
    RETURN_IF_ERROR(input.Open());
    absl::Status sent = SendFile(input, format, producer, progress);
    if (!sent.ok()) {
      // What was read before is sent, as it would have been if the input had ended there.
      if (!absl::IsCancelled(sent)) IgnoreError(producer.Finish());
      return sent;
    }
  }
  return producer.Finish();
}

}  // namespace

absl::Status Produce(const Globals& globals, const ProduceOptions& options) {
  ASSIGN_OR_RETURN(const InputFormat format, FormatOf(globals, options));
  ASSIGN_OR_RETURN(const auto properties, PropertiesOf(options));
  RETURN_IF_ERROR(RunAdmin(globals, [&options](Session& session) {
    return options.create ? CreateTopic(session, options) : CheckTopic(session, options);
  }));
  const auto begun = std::chrono::steady_clock::now();
  const text::Interrupt interrupt;
  ASSIGN_OR_RETURN(const auto producer, Producer::Open(globals, options.topic, properties));
  absl::Status sent = SendFiles(globals, options, format, *producer);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  if (absl::IsCancelled(sent)) {
    return absl::CancelledError(
        fmt::format("interrupted; {} records were acknowledged",
                    text::CountText(static_cast<int64_t>(producer->delivered()))));
  }
  if (sent.ok() && globals.progress && isatty(STDERR_FILENO) == 1) {
    fmt::print(stderr, "{} records in {:.1f} s\n",
               text::CountText(static_cast<int64_t>(producer->delivered())), seconds.count());
  }
  return sent;
}

}  // namespace varve::cli
