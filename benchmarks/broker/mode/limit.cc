#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/broker/limit/receive.h"
#include "benchmarks/broker/limit/send_file.h"
#include "benchmarks/broker/mode/modes.h"
#include "engine/base/status.h"
#include "tools/text/amount.h"

namespace varve::bench {
namespace {

struct IngestTrial {
  const char* name;
  Ingest ingest;
  Growth growth;  // of the file
};
constexpr IngestTrial kIngestTrials[] = {
    {"receive", Ingest::kReceive, Growth::kPlain},
    {"receive, CRC", Ingest::kChecksum, Growth::kPlain},
    {"receive, CRC, write", Ingest::kWrite, Growth::kPlain},
    {"receive, CRC, paced write", Ingest::kWrite, Growth::kPaced},
    {"receive, CRC, write to a reused file", Ingest::kWrite, Growth::kReused},
};

struct SendTrial {
  const char* name;
  Means means;
};
constexpr SendTrial kSendTrials[] = {
    {"sendfile", Means::kSendfile},
    {"splice", Means::kSplice},
    {"read and send", Means::kReadSend},
};

std::string LabelOf(const char* name, size_t bytes) {
  return fmt::format("{}, {}", text::SizeText(static_cast<int64_t>(bytes)), name);
}

bool IsWanted(const LimitOptions& options, std::string_view name) {
  return options.only.empty() || options.only == name;
}

absl::Status CheckOptions(const LimitOptions& options) {
  for (const uint64_t bytes : options.sizes) {
    if (bytes == 0 || bytes > options.file_bytes) {
      return absl::InvalidArgumentError("--size has to be between 1 and --file-size");
    }
  }
  std::vector<std::string_view> names;
  for (const IngestTrial& trial : kIngestTrials) names.emplace_back(trial.name);
  for (const SendTrial& trial : kSendTrials) names.emplace_back(trial.name);
  if (std::ranges::any_of(names, [&](auto name) { return IsWanted(options, name); })) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("--only takes one of:\n  {}", fmt::join(names, "\n  ")));
}

absl::Status MeasureIngest(const Common& common, const LimitOptions& options, size_t bytes,
                           Rows& rows) {
  for (const IngestTrial& trial : kIngestTrials) {
    if (!IsWanted(options, trial.name)) continue;
    ASSIGN_OR_RETURN(LimitFile file,
                     LimitFile::Make(options.directory, options.file_bytes, trial.growth));
    const Conversation conversation{bytes, kAnswerBytes, options.in_flight, false};
    const Serve serve = ServeRequests(bytes, trial.ingest, &file);
    ASSIGN_OR_RETURN(Figures figures, RunTrial(conversation, serve, common.limits()));
    rows.push_back({LabelOf(trial.name, bytes), std::move(figures)});
  }
  return absl::OkStatus();
}

absl::Status MeasureSends(const Common& common, const LimitOptions& options, size_t bytes,
                          Rows& rows) {
  const auto wanted = [&](const SendTrial& trial) { return IsWanted(options, trial.name); };
  if (std::ranges::none_of(kSendTrials, wanted)) return absl::OkStatus();  // it fills a file
  ASSIGN_OR_RETURN(const LimitFile file,
                   LimitFile::Make(options.directory, options.file_bytes, Growth::kReused));
  for (const SendTrial& trial : kSendTrials) {
    if (!wanted(trial)) continue;
    const Conversation conversation{kAskBytes, bytes, options.in_flight, true};
    const Serve serve = ServeFile(bytes, trial.means, file);
    ASSIGN_OR_RETURN(Figures figures, RunTrial(conversation, serve, common.limits()));
    rows.push_back({LabelOf(trial.name, bytes), std::move(figures)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Rows> RunLimit(const Common& common, const LimitOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  Rows rows;
  for (const uint64_t bytes : options.sizes) {
    if (options.what != "send") RETURN_IF_ERROR(MeasureIngest(common, options, bytes, rows));
    if (options.what != "receive") RETURN_IF_ERROR(MeasureSends(common, options, bytes, rows));
  }
  return rows;
}

}  // namespace varve::bench
