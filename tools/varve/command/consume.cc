#include "tools/varve/command/consume.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "engine/base/status.h"
#include "server/wire/list_offsets.h"
#include "tools/text/interrupt.h"
#include "tools/text/progress.h"
#include "tools/varve/facts/topics.h"
#include "tools/varve/records/consumed.h"
#include "tools/varve/records/consumer.h"
#include "tools/varve/records/input_format.h"
#include "tools/varve/records/json_record.h"
#include "tools/varve/records/output_format.h"
#include "tools/varve/records/start.h"

namespace varve::cli {
namespace {

constexpr int kPollMs = 100;

absl::StatusOr<Start> StartOf(const ConsumeOptions& options) {
  if (options.from && options.from_time) {
    return absl::InvalidArgumentError("--from and --from-time: give one of them");
  }
  if (options.from) return ParseStart(*options.from);
  if (!options.from_time) return Start{Start::Kind::kBeginning, 0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  ASSIGN_OR_RETURN(const int64_t time, ParseMoment(*options.from_time, now_ms));
  return Start{Start::Kind::kTime, time};
}

absl::Status CheckGroupOptions(const ConsumeOptions& options, const Start& start) {
  if (!options.group) return absl::OkStatus();
  if (!options.partitions.empty()) {
    return absl::InvalidArgumentError("the group shares out the partitions: no --partition");
  }
  if (start.kind == Start::Kind::kBeginning || start.kind == Start::Kind::kEnd) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "a group goes on where it was; --from beginning or end says where it begins at first, and "
      "varve group reset-offsets sets where it is");
}

// Takes those of the partitions that are wanted.
absl::Status Choose(TopicFacts& topic, const std::vector<int32_t>& wanted) {
  if (wanted.empty()) return absl::OkStatus();
  const size_t count = topic.partitions.size();
  for (const int32_t index : wanted) {
    if (index < 0 || static_cast<size_t>(index) >= count) {
      return absl::NotFoundError(
          fmt::format("topic {} has partitions 0 to {} only", topic.name, count - 1));
    }
  }
  std::erase_if(topic.partitions, [&](const PartitionFacts& partition) {
    return std::find(wanted.begin(), wanted.end(), partition.index) == wanted.end();
  });
  return absl::OkStatus();
}

int64_t OffsetIn(const OffsetMap& offsets, const std::string& topic, int32_t partition) {
  const auto found = offsets.find({topic, partition});
  return found == offsets.end() ? -1 : found->second.offset;
}

io::Task<absl::Status> MakePlan(Session& session, const ConsumeOptions& options, Start start,
                                std::vector<PartitionPlan>& plan) {
  std::vector<std::string> names{options.topic};
  CO_ASSIGN_OR_RETURN(auto topics, co_await NamedTopics(session.client, std::move(names)));
  CO_RETURN_IF_ERROR(Choose(topics.front(), options.partitions));
  Client& client = session.client;
  CO_ASSIGN_OR_RETURN(const auto starts,
                      co_await OffsetsAt(client, topics, wire::kEarliestTimestamp));
  CO_ASSIGN_OR_RETURN(const auto ends, co_await OffsetsAt(client, topics, wire::kLatestTimestamp));
  OffsetMap at_time;
  if (start.kind == Start::Kind::kTime) {
    CO_ASSIGN_OR_RETURN(at_time, co_await OffsetsAt(client, topics, start.number));
  }
  for (const PartitionFacts& partition : topics.front().partitions) {
    const int32_t index = partition.index;
    const LogRange range{std::max<int64_t>(0, OffsetIn(starts, options.topic, index)),
                         std::max<int64_t>(0, OffsetIn(ends, options.topic, index)),
                         OffsetIn(at_time, options.topic, index)};
    plan.push_back({index, Resolve(start, range), range.end});
  }
  co_return absl::OkStatus();
}

// A percent sign in a delimiter is one.
std::string AsFormat(std::string_view delimiter) {
  std::string text;
  for (const char c : delimiter) {
    text += c;
    if (c == '%') text += c;
  }
  return text;
}

absl::StatusOr<OutputFormat> FormatOf(const ConsumeOptions& options) {
  if (options.format && options.key_delimiter) {
    return absl::InvalidArgumentError("--format says all: no --key-delimiter beside it");
  }
  std::string text = options.format.value_or("");
  if (!options.format) {
    if (options.key_delimiter) text += "%k" + AsFormat(*options.key_delimiter);
    text += "%s" + AsFormat(options.delimiter);
  }
  return OutputFormat::Parse(text, options.key_format, options.value_format);
}

// Writes records as they come.
class Printing {
 public:
  Printing(const Globals& globals, const ConsumeOptions& options, const OutputFormat& format)
      : json_(globals.json),
        count_max_(options.count),
        until_end_(options.until_end),
        format_(format),
        progress_(globals.progress && isatty(STDOUT_FILENO) == 0) {}

  absl::Status Run(Consumer& consumer) {
    while (!text::Interrupt::asked() && !Done(consumer)) {
      RdMessage message = consumer.Poll(0);
      if (message == nullptr) {
        // Nothing more at the moment: somebody may wait for what there is.
        RETURN_IF_ERROR(Flush(consumer));
        message = consumer.Poll(kPollMs);
      }
      absl::Status taken = message == nullptr ? absl::OkStatus() : Take(consumer, *message);
      if (!taken.ok()) {
        IgnoreError(Flush(consumer));  // what came before is good; the first error is told
        return taken;
      }
    }
    return Flush(consumer);
  }

 private:
  bool Done(const Consumer& consumer) const {
    return out_.closed() || (count_max_ && count_ >= *count_max_) ||
           (until_end_ && looked_ && consumer.at_end());
  }

  absl::Status Flush(Consumer& consumer) {
    looked_ = true;
    RETURN_IF_ERROR(out_.Flush());
    if (!out_.closed()) consumer.Commit();
    return absl::OkStatus();
  }

  absl::Status Take(Consumer& consumer, const rd_kafka_message_t& message) {
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR &&
        message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      return RdStatus(message.err, rd_kafka_message_errstr(&message));
    }
    consumer.Note(message);
    looked_ = until_end_ && consumer.at_end();
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
    line_.clear();
    const ConsumedRecord record = ViewOf(message);
    if (json_) {
      AppendJson(line_, record);
      line_ += '\n';
    } else {
      format_.Append(line_, record);
    }
    out_.Write(line_);
    ++count_;
    progress_.AddRecord(message.len + message.key_len);
    return absl::OkStatus();
  }

  const bool json_;
  const std::optional<uint64_t> count_max_;
  const bool until_end_;
  const OutputFormat& format_;
  Output out_;
  text::Progress progress_;
  std::string line_;
  uint64_t count_ = 0;
  bool looked_ = true;  // it is worth asking whether this is the end
};

absl::StatusOr<std::vector<Property>> PropertiesOf(const ConsumeOptions& options) {
  std::vector<Property> properties{
      {"isolation.level", options.uncommitted ? "read_uncommitted" : "read_committed"}};
  ASSIGN_OR_RETURN(const auto more, ParseProperties(options.properties));
  properties.insert(properties.end(), more.begin(), more.end());
  return properties;
}

}  // namespace

absl::Status Consume(const Globals& globals, const ConsumeOptions& options) {
  ASSIGN_OR_RETURN(const OutputFormat format, FormatOf(options));
  ASSIGN_OR_RETURN(const Start start, StartOf(options));
  RETURN_IF_ERROR(CheckGroupOptions(options, start));
  ASSIGN_OR_RETURN(const auto properties, PropertiesOf(options));
  std::vector<PartitionPlan> plan;
  RETURN_IF_ERROR(
      RunAdmin(globals, [&](Session& session) { return MakePlan(session, options, start, plan); }));
  const text::Interrupt interrupt;
  std::unique_ptr<Consumer> consumer;
  if (options.group) {
    ASSIGN_OR_RETURN(consumer, ReadAsMember(globals, options.topic, *options.group,
                                            start.kind == Start::Kind::kEnd, properties));
  } else {
    ASSIGN_OR_RETURN(consumer, ReadPartitions(globals, options.topic, std::move(plan), properties));
  }
  return Printing(globals, options, format).Run(*consumer);
}

}  // namespace varve::cli
