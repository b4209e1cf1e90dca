#include "engine/log/manifest.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <utility>

#include "engine/base/crc32c.h"
#include "engine/base/status.h"

namespace varve::log {
namespace {

constexpr int kVersion = 2;
// A segment of a log is at least this many characters: bounds what a claimed count may reserve.
constexpr size_t kSegmentTextMin = 20;
constexpr size_t kEpochTextMin = 4;
constexpr size_t kSnapshotTextMin = 2;

using Output = std::back_insert_iterator<fmt::memory_buffer>;

void FormatSegment(Output out, const Segment::AsLeft& segment) {
  fmt::format_to(out, " {} {} {} {} {} {} {} {} {} {} {} {} {} {}", segment.base_offset,
                 segment.size, segment.next_offset, segment.max_timestamp.timestamp,
                 segment.max_timestamp.offset, segment.first_timestamp, segment.created_ms,
                 segment.modified_ms, segment.offset_entries,
                 int32_t{segment.last_offset_entry.relative_offset},
                 int32_t{segment.last_offset_entry.position}, segment.time_entries,
                 int64_t{segment.last_time_entry.timestamp_ms},
                 int32_t{segment.last_time_entry.relative_offset});
}

void FormatLog(Output out, const TopicPartition& name, const Manifest::Entry& entry) {
  const LogAsLeft& log = *entry.log;
  fmt::format_to(out, "{} {} {} {} {} {} {:d} {} {} {}", name.topic, name.partition,
                 entry.topic_id.ToString(), log.log_start, log.high_watermark, log.end,
                 log.has_producers, log.epochs.size(), log.snapshots.size(), log.segments.size());
  for (const EpochStart& epoch : log.epochs) {
    fmt::format_to(out, " {} {}", epoch.epoch, epoch.start_offset);
  }
  for (const int64_t snapshot : log.snapshots) fmt::format_to(out, " {}", snapshot);
  for (const Segment::AsLeft& segment : log.segments) FormatSegment(out, segment);
  fmt::format_to(out, "\n");
}

// Takes words and numbers from the front of a text. After a failure everything else fails, too.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  size_t left() const { return rest_.size(); }

  std::string_view Word() {
    const size_t end = rest_.find_first_of(" \n");
    if (end == 0 || end == std::string_view::npos) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return word;
  }

  template <typename Number>
  Number Take() {
    const std::string_view word = Word();
    Number number{};
    const auto [stopped, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    ok_ = ok_ && error == std::errc() && stopped == word.data() + word.size();
    return number;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

Segment::AsLeft ParseSegment(Words& words) {
  Segment::AsLeft segment;
  segment.base_offset = words.Take<int64_t>();
  segment.size = words.Take<uint64_t>();
  segment.next_offset = words.Take<int64_t>();
  segment.max_timestamp.timestamp = words.Take<int64_t>();
  segment.max_timestamp.offset = words.Take<int64_t>();
  segment.first_timestamp = words.Take<int64_t>();
  segment.created_ms = words.Take<int64_t>();
  segment.modified_ms = words.Take<int64_t>();
  segment.offset_entries = words.Take<uint64_t>();
  segment.last_offset_entry.relative_offset = words.Take<int32_t>();
  segment.last_offset_entry.position = words.Take<int32_t>();
  segment.time_entries = words.Take<uint64_t>();
  segment.last_time_entry.timestamp_ms = words.Take<int64_t>();
  segment.last_time_entry.relative_offset = words.Take<int32_t>();
  return segment;
}

// The checksum covers the text, so what is asked here is only what memory and the log rely on.
bool Plausible(const LogAsLeft& log) {
  if (log.segments.empty() || log.segments.front().base_offset > log.log_start) return false;
  for (size_t i = 0; i + 1 < log.segments.size(); ++i) {
    if (log.segments[i].base_offset >= log.segments[i + 1].base_offset) return false;
  }
  return log.log_start <= log.high_watermark && log.high_watermark <= log.end &&
         log.segments.back().next_offset == log.end;
}

bool ParseLog(Words& words, Manifest& manifest) {
  TopicPartition name;
  name.topic = words.Word();
  name.partition = words.Take<int32_t>();
  const auto id = Uuid::Parse(words.Word());
  auto log = std::make_shared<LogAsLeft>();
  log->log_start = words.Take<int64_t>();
  log->high_watermark = words.Take<int64_t>();
  log->end = words.Take<int64_t>();
  log->has_producers = words.Take<int>() != 0;
  const auto epochs = words.Take<size_t>();
  const auto snapshots = words.Take<size_t>();
  const auto segments = words.Take<size_t>();
  if (!words.ok() || !id || epochs > words.left() / kEpochTextMin ||
      snapshots > words.left() / kSnapshotTextMin || segments > words.left() / kSegmentTextMin) {
    return false;
  }
  log->epochs.reserve(epochs);
  for (size_t i = 0; i < epochs; ++i) {
    const auto epoch = words.Take<int32_t>();
    log->epochs.push_back({epoch, words.Take<int64_t>()});
  }
  for (size_t i = 0; i < snapshots; ++i) log->snapshots.push_back(words.Take<int64_t>());
  log->segments.reserve(segments);
  for (size_t i = 0; i < segments; ++i) log->segments.push_back(ParseSegment(words));
  if (!words.ok() || !Plausible(*log)) return false;
  manifest.logs[std::move(name)] = {*id, std::move(log)};
  return true;
}

}  // namespace

std::string FormatManifest(const Manifest& manifest) {
  fmt::memory_buffer text;
  const Output out(text);
  fmt::format_to(out, "{}\n{} {}\n", kVersion, manifest.broker_epoch, manifest.logs.size());
  for (const auto& [name, entry] : manifest.logs) FormatLog(out, name, entry);
  const std::string_view all(text.data(), text.size());
  fmt::format_to(out, "crc {:08x}\n", Crc32c(AsBytes(all)));
  return fmt::to_string(text);
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text) {
  constexpr std::string_view kCrcLine = "crc 00000000\n";
  if (text.size() < kCrcLine.size()) return absl::DataLossError("it is cut short");
  const std::string_view body = text.substr(0, text.size() - kCrcLine.size());
  const std::string crc = fmt::format("crc {:08x}\n", Crc32c(AsBytes(body)));
  if (text.substr(body.size()) != crc) return absl::DataLossError("its checksum does not fit");
  Words words(body);
  if (words.Take<int>() != kVersion) return absl::DataLossError("it is of another version");
  Manifest manifest;
  manifest.broker_epoch = words.Take<int64_t>();
  const auto count = words.Take<size_t>();
  for (size_t i = 0; words.ok() && i < count; ++i) {
    if (!ParseLog(words, manifest)) return absl::DataLossError(fmt::format("log {} of it", i));
  }
  if (!words.ok() || words.left() != 0) return absl::DataLossError("its lines do not fit");
  return manifest;
}

std::string CleanMarkerText(int64_t broker_epoch) {
  return fmt::format(R"({{"version":0,"brokerEpoch":{}}})", broker_epoch);
}

}  // namespace varve::log
