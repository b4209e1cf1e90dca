#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace varve::text {

// Those of `names` that somebody may have meant by `name`, the nearest first, at most three: few
// letters differ, or one is the beginning of the other.
std::vector<std::string> NearNames(std::string_view name, const std::vector<std::string>& names);

// ""; or ", did you mean a?"; or ", did you mean a, b or c?".
std::string DidYouMean(std::string_view name, const std::vector<std::string>& names);

}  // namespace varve::text
