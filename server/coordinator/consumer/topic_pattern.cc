#include "server/coordinator/consumer/topic_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

namespace varve::coordinator {
namespace {

constexpr int64_t kMemoryMax = 1 << 20;
constexpr size_t kExpressionBytesMax = 32'767;  // what the key of its record can hold

re2::StringPiece ToPiece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

TopicPattern::TopicPattern(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
TopicPattern::TopicPattern(TopicPattern&&) noexcept = default;
TopicPattern& TopicPattern::operator=(TopicPattern&&) noexcept = default;
TopicPattern::~TopicPattern() = default;

absl::StatusOr<TopicPattern> TopicPattern::Compile(std::string_view expression) {
  if (expression.size() > kExpressionBytesMax) {
    return absl::InvalidArgumentError(fmt::format("an expression of {} bytes; at most {} may be",
                                                  expression.size(), kExpressionBytesMax));
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemoryMax);
  auto compiled = std::make_unique<re2::RE2>(ToPiece(expression), options);
  if (!compiled->ok()) return absl::InvalidArgumentError(compiled->error());
  return TopicPattern(std::move(compiled));
}

bool TopicPattern::Matches(std::string_view topic) const {
  return re2::RE2::FullMatch(ToPiece(topic), *compiled_);
}

}  // namespace varve::coordinator
