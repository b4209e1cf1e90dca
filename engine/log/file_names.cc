#include "engine/log/file_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace varve::log {
namespace {

constexpr size_t kOffsetDigits = 20;
constexpr size_t kNameBytesMax = 255;

constexpr std::array<std::pair<FileKind, std::string_view>, 5> kKinds{{
    {FileKind::kLog, ".log"},
    {FileKind::kOffsetIndex, ".index"},
    {FileKind::kTimeIndex, ".timeindex"},
    {FileKind::kTransactionIndex, ".txnindex"},
    {FileKind::kSnapshot, ".snapshot"},
}};
constexpr std::array<std::pair<FileState, std::string_view>, 4> kStates{{
    {FileState::kPlain, ""},
    {FileState::kDeleted, ".deleted"},
    {FileState::kCleaned, ".cleaned"},
    {FileState::kSwap, ".swap"},
}};
constexpr std::array<std::pair<PartitionName::State, std::string_view>, 3> kSuffixes{{
    {PartitionName::State::kDelete, "-delete"},
    {PartitionName::State::kStray, "-stray"},
    {PartitionName::State::kFuture, "-future"},
}};

template <typename Integer>
std::optional<Integer> ParseNumber(std::string_view text) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || at != end || value < 0) return std::nullopt;
  return value;
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string FileName(int64_t base_offset, FileKind kind, FileState state) {
  return fmt::format("{:020}{}{}", base_offset, kKinds[static_cast<size_t>(kind)].second,
                     kStates[static_cast<size_t>(state)].second);
}

std::optional<SegmentFile> ParseFileName(std::string_view name) {
  if (name.size() <= kOffsetDigits || !AllDigits(name.substr(0, kOffsetDigits))) {
    return std::nullopt;
  }
  const auto base_offset = ParseNumber<int64_t>(name.substr(0, kOffsetDigits));
  if (!base_offset) return std::nullopt;
  const std::string_view suffix = name.substr(kOffsetDigits);
  for (const auto& [kind, kind_suffix] : kKinds) {
    if (!suffix.starts_with(kind_suffix)) continue;
    for (const auto& [state, state_suffix] : kStates) {
      if (suffix.substr(kind_suffix.size()) == state_suffix) {
        return SegmentFile{*base_offset, kind, state};
      }
    }
  }
  return std::nullopt;
}

std::string DirectoryName(std::string_view topic, int32_t partition) {
  return fmt::format("{}-{}", topic, partition);
}

std::string DeleteDirectoryName(std::string_view topic, int32_t partition,
                                std::string_view unique_hex) {
  const std::string suffix = fmt::format("-{}.{}-delete", partition, unique_hex);
  return fmt::format("{}{}", topic.substr(0, kNameBytesMax - suffix.size()), suffix);
}

std::optional<PartitionName> ParseDirectoryName(std::string_view name) {
  PartitionName result;
  for (const auto& [state, suffix] : kSuffixes) {
    if (!name.ends_with(suffix)) continue;
    const size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) continue;
    name = name.substr(0, dot);
    result.state = state;
    break;
  }
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const std::string_view digits = name.substr(dash + 1);
  const auto partition = AllDigits(digits) ? ParseNumber<int32_t>(digits) : std::nullopt;
  if (!partition) return std::nullopt;
  result.topic = name.substr(0, dash);
  result.partition = *partition;
  return result;
}

}  // namespace varve::log
