#include "engine/log/checkpoint.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "engine/base/status.h"
#include "engine/log/file_names.h"

namespace varve::log {
namespace {

using Fields = std::vector<std::string_view>;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

Fields SplitFields(std::string_view line) {
  Fields fields;
  size_t at = 0;
  while (at < line.size()) {
    if (IsSpace(line[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < line.size() && !IsSpace(line[end])) ++end;
    fields.push_back(line.substr(at, end - at));
    at = end;
  }
  return fields;
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

template <typename Integer>
std::optional<Integer> ToNumber(std::string_view text) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return value;
}

absl::Status Malformed(size_t line, std::string_view what) {
  return absl::DataLossError(fmt::format("line {} of the checkpoint: {}", line, what));
}

// Checks the head of a checkpoint and calls `add` with the fields of each entry and its line.
template <typename Add>
absl::Status ParseEntries(std::string_view text, size_t fields_expected, const Add& add) {
  const std::vector<std::string_view> lines = SplitLines(text);
  if (lines.empty()) return absl::OkStatus();
  if (ToNumber<int32_t>(lines[0]) != 0) return Malformed(1, "the version is not 0");
  if (lines.size() == 1) return absl::OkStatus();
  const auto count = ToNumber<int64_t>(lines[1]);
  const auto entries = static_cast<int64_t>(lines.size()) - 2;
  if (count != entries) {
    return Malformed(2, fmt::format("says {} entries, but {} follow", lines[1], entries));
  }
  for (size_t i = 2; i < lines.size(); ++i) {
    const Fields fields = SplitFields(lines[i]);
    if (fields.size() != fields_expected) {
      return Malformed(i + 1, fmt::format("{} fields, not {}", fields.size(), fields_expected));
    }
    RETURN_IF_ERROR(add(fields, i + 1));
  }
  return absl::OkStatus();
}

}  // namespace

std::string FormatOffsets(const OffsetMap& offsets) {
  std::string text = fmt::format("0\n{}\n", offsets.size());
  for (const auto& [name, offset] : offsets) {
    fmt::format_to(std::back_inserter(text), "{} {} {}\n", name.topic, name.partition, offset);
  }
  return text;
}

absl::StatusOr<OffsetMap> ParseOffsets(std::string_view text) {
  OffsetMap offsets;
  const auto add = [&](const Fields& fields, size_t line) -> absl::Status {
    const auto partition = ToNumber<int32_t>(fields[1]);
    const auto offset = ToNumber<int64_t>(fields[2]);
    if (!partition || !offset || *partition < 0 || *offset < 0) {
      return Malformed(line, "a partition or an offset is no number from 0 on");
    }
    offsets[{std::string(fields[0]), *partition}] = *offset;
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ParseEntries(text, 3, add));
  return offsets;
}

std::string FormatEpochs(const std::vector<EpochStart>& epochs) {
  std::string text = fmt::format("0\n{}\n", epochs.size());
  for (const EpochStart& entry : epochs) {
    fmt::format_to(std::back_inserter(text), "{} {}\n", entry.epoch, entry.start_offset);
  }
  return text;
}

absl::StatusOr<std::vector<EpochStart>> ParseEpochs(std::string_view text) {
  std::vector<EpochStart> epochs;
  const auto add = [&](const Fields& fields, size_t line) -> absl::Status {
    const auto epoch = ToNumber<int32_t>(fields[0]);
    const auto start = ToNumber<int64_t>(fields[1]);
    if (!epoch || !start || *epoch < 0 || *start < 0) {
      return Malformed(line, "an epoch or an offset is no number from 0 on");
    }
    if (!epochs.empty() &&
        (*epoch <= epochs.back().epoch || *start <= epochs.back().start_offset)) {
      return Malformed(line, "epochs and their starts must rise");
    }
    epochs.push_back({*epoch, *start});
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ParseEntries(text, 2, add));
  return epochs;
}

std::string FormatPartitionMetadata(const Uuid& topic_id) {
  return fmt::format("version: 0\ntopic_id: {}", topic_id.ToString());
}

absl::StatusOr<Uuid> ParsePartitionMetadata(std::string_view text) {
  std::optional<int32_t> version;
  std::optional<Uuid> id;
  for (const std::string_view line : SplitLines(text)) {
    const Fields fields = SplitFields(line);
    if (fields.size() != 2) continue;
    if (fields[0] == "version:") version = ToNumber<int32_t>(fields[1]);
    if (fields[0] == "topic_id:") id = Uuid::Parse(fields[1]);
  }
  if (!version || *version < 0 || !id || id->zero()) {
    return absl::DataLossError("partition.metadata names no version or no topic id");
  }
  return *id;
}

io::Task<absl::Status> WriteEpochs(io::Disk& disk, const std::string& directory,
                                   const std::vector<EpochStart>& epochs) {
  const std::string path = fmt::format("{}/{}", directory, kEpochsName);
  const std::string text = FormatEpochs(epochs);
  co_return co_await io::ReplaceFile(disk, path, AsBytes(text));
}

io::Task<absl::StatusOr<std::string>> ReadText(io::Disk& disk, std::string path) {
  auto content = co_await io::ReadFile(disk, path, kCheckpointBytesMax);
  if (absl::IsNotFound(content.status())) co_return std::string();
  CO_RETURN_IF_ERROR(content.status());
  co_return std::string(AsText(*content));
}

}  // namespace varve::log
