#include "tools/text/near_names.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace varve::text {
namespace {

constexpr size_t kNamesMax = 3;
constexpr size_t kLengthMax = 300;  // topics are no longer; the work grows by the square

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// How many letters have to be put in, taken out, replaced or swapped with the next one. Capitals
// count as small letters. A row for each letter of `a`; three of them are kept.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, above);
    std::swap(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      row[j] = std::min({above[j - 1] + (same ? 0 : 1), above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
                           Lower(a[i - 2]) == Lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

bool OneBeginsOther(std::string_view a, std::string_view b) {
  const size_t shorter = std::min(a.size(), b.size());
  return shorter >= 3 && a.substr(0, shorter) == b.substr(0, shorter);
}

}  // namespace

std::vector<std::string> NearNames(std::string_view name, const std::vector<std::string>& names) {
  std::vector<std::pair<size_t, std::string>> near;
  if (name.size() > kLengthMax) return {};
  for (const std::string& other : names) {
    if (other.size() > kLengthMax) continue;
    const size_t distance = Distance(name, other);
    if (distance <= std::max<size_t>(1, name.size() / 3) || OneBeginsOther(name, other)) {
      near.emplace_back(distance, other);
    }
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> nearest;
  for (auto& [distance, other] : near) {
    if (nearest.size() < kNamesMax) nearest.push_back(std::move(other));
  }
  return nearest;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& names) {
  const std::vector<std::string> near = NearNames(name, names);
  if (near.empty()) return "";
  std::string text = ", did you mean " + near.front();
  for (size_t i = 1; i < near.size(); ++i) text += (i + 1 == near.size() ? " or " : ", ") + near[i];
  return text + '?';
}

}  // namespace varve::text
