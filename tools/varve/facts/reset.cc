#include "tools/varve/facts/reset.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace varve::cli {
namespace {

// As far as it goes: no shift leads past the ends.
int64_t Shifted(int64_t from, int64_t by, const LogRange& range) {
  if (by >= 0) return from >= range.end || by >= range.end - from ? range.end : from + by;
  return from <= range.start || by <= range.start - from ? range.start : from + by;
}

}  // namespace

std::optional<int64_t> NewOffset(const ResetTarget& target, const LogRange& range,
                                 std::optional<int64_t> committed) {
  switch (target.kind) {
    case ResetTarget::Kind::kEarliest:
      return range.start;
    case ResetTarget::Kind::kLatest:
      return range.end;
    case ResetTarget::Kind::kCurrent:
      return committed ? std::clamp(*committed, range.start, range.end) : range.end;
    case ResetTarget::Kind::kOffset:
      return std::clamp(target.number, range.start, range.end);
    case ResetTarget::Kind::kTime:
      return Resolve(Start{Start::Kind::kTime, target.number}, range);
    case ResetTarget::Kind::kShift:
      break;
  }
  if (!committed) return std::nullopt;
  return std::clamp(Shifted(*committed, target.number, range), range.start, range.end);
}

absl::StatusOr<TopicChoice> ParseTopicChoice(std::string_view text) {
  TopicChoice choice;
  const size_t colon = std::min(text.find(':'), text.size());
  choice.topic = text.substr(0, colon);
  bool good = !choice.topic.empty() && colon + 1 != text.size();
  std::string_view rest = text.substr(std::min(colon + 1, text.size()));
  while (good && !rest.empty()) {
    int32_t index = -1;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    const bool more = rest.size() > 1 && rest.front() == ',';
    good = error == std::errc() && index >= 0 && (rest.empty() || more);
    choice.partitions.push_back(index);
    if (more) rest.remove_prefix(1);
  }
  if (good) return choice;
  return absl::InvalidArgumentError(
      fmt::format("\"{}\": give a topic, as in orders, or some of its partitions, as in "
                  "orders:0,2",
                  text));
}

}  // namespace varve::cli
