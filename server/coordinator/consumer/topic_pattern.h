#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string_view>

namespace re2 {
class RE2;
}

namespace varve::coordinator {

// An expression that names topics, in RE2's syntax as Kafka's. Matching takes time in proportion
// to the name, whatever the expression; its memory is bounded.
class TopicPattern {
 public:
  // InvalidArgument: it is none, or too large.
  static absl::StatusOr<TopicPattern> Compile(std::string_view expression);
  TopicPattern(TopicPattern&&) noexcept;
  TopicPattern& operator=(TopicPattern&&) noexcept;
  ~TopicPattern();

  // The whole name, not a part of it.
  bool Matches(std::string_view topic) const;

 private:
  explicit TopicPattern(std::unique_ptr<re2::RE2> compiled);

  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace varve::coordinator
