#include "tools/text/table.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "tools/text/byte_text.h"

namespace varve::text {
namespace {

constexpr std::string_view kGap = "  ";

// How many characters there are: bytes that do not go on with one.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

Table::Table(std::initializer_list<std::string_view> headlines) {
  for (std::string_view headline : headlines) {
    const bool right = headline.starts_with('>');
    if (right) headline.remove_prefix(1);
    columns_.push_back({std::string(headline), right, Width(headline)});
  }
}

void Table::Add(std::vector<std::string> cells) {
  VARVE_CHECK(cells.size() == columns_.size(), "{} cells for {} columns", cells.size(),
              columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = Printable(cells[i]);
    columns_[i].width = std::max(columns_[i].width, Width(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

void Table::AppendLine(std::string& out, const std::vector<std::string>& cells) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += kGap;
    const std::string blanks(columns_[i].width - Width(cells[i]), ' ');
    line += columns_[i].right ? blanks + cells[i] : cells[i] + blanks;
  }
  line.resize(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

std::string Table::ToString() const {
  std::vector<std::string> headlines;
  headlines.reserve(columns_.size());
  for (const Column& column : columns_) headlines.push_back(column.headline);
  std::string out;
  AppendLine(out, headlines);
  for (const auto& row : rows_) AppendLine(out, row);
  return out;
}

}  // namespace varve::text
