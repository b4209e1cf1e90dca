#include <fmt/format.h>

#include <algorithm>

#include "benchmarks/broker/report/plot.h"

namespace varve::bench {
namespace {

constexpr int kWidth = 720;
constexpr int kLabelWidth = 350;
constexpr int kValueWidth = 80;
constexpr int kRowHeight = 24;
constexpr int kTop = 30;

}  // namespace

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string ShortNumber(double value) {
  if (value >= 10'000) return fmt::format("{:.0f}k", value / 1000);
  if (value >= 100) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

std::string BarPlot(std::string_view title, const std::vector<Bar>& bars) {
  double largest = 0;
  for (const Bar& bar : bars) largest = std::max(largest, bar.value);
  if (largest <= 0) return "";
  const size_t height = kTop + bars.size() * kRowHeight;
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\"><text class=\"title\" x=\"0\" "
      "y=\"16\">{}</text>\n",
      kWidth, height, Escaped(title));
  for (size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const size_t y = kTop + i * kRowHeight;
    const double width = std::max(1.0, bar.value / largest * (kWidth - kLabelWidth - kValueWidth));
    svg += fmt::format(
        "<text class=\"end\" x=\"{}\" y=\"{}\">{}</text>"
        "<rect class=\"c{}\" x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\"/>"
        "<text x=\"{:.1f}\" y=\"{}\">{}</text>\n",
        kLabelWidth - 8, y + 14, Escaped(bar.label), bar.colour % kPlotColours, kLabelWidth, y + 2,
        width, kRowHeight - 8, kLabelWidth + width + 6, y + 14, ShortNumber(bar.value));
  }
  return svg + "</svg>\n";
}

}  // namespace varve::bench
