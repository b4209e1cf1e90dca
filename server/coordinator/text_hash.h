#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace varve::coordinator {

// For hash tables whose keys are text, looked up without a copy: abseil's own hash does not know
// std::string_view in the release that is built with.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace varve::coordinator
