#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "benchmarks/broker/report/plot.h"

namespace varve::bench {
namespace {

constexpr double kPlotWidth = 720;
constexpr double kPlotHeight = 320;
constexpr double kLeft = 70;
constexpr double kRight = 30;
constexpr double kUpper = 30;
constexpr double kLower = 30;
constexpr double kNinesMax = 4;  // 99.99
constexpr double kTicks[] = {0, 50, 90, 99, 99.9, 99.99};
constexpr int kPointsPerNine = 20;

struct Range {
  double lowest = 1;
  double highest = 10;
};

// How many nines a percentile has: 90 has one.
double Nines(double percent) { return -std::log10(1 - percent / 100); }

double X(double nines) { return kLeft + nines / kNinesMax * (kPlotWidth - kLeft - kRight); }

double Y(const Range& range, double micros) {
  const double share = std::log(std::max(micros, range.lowest) / range.lowest) /
                       std::log(range.highest / range.lowest);
  return kPlotHeight - kLower - share * (kPlotHeight - kUpper - kLower);
}

// Whole powers of ten around all that is drawn.
Range RangeOf(const std::vector<Curve>& curves) {
  double lowest = 1e9;
  double highest = 1;
  for (const Curve& curve : curves) {
    lowest = std::min(lowest, static_cast<double>(std::max<uint64_t>(curve.latency->min(), 1)));
    highest = std::max(highest, static_cast<double>(curve.latency->Percentile(99.99)));
  }
  Range range;
  range.lowest = std::pow(10, std::floor(std::log10(lowest)));
  range.highest = std::max(std::pow(10, std::ceil(std::log10(highest))), range.lowest * 10);
  return range;
}

std::string MicrosLabel(double micros) {
  if (micros >= 1e6) return fmt::format("{:.0f} s", micros / 1e6);
  if (micros >= 1e3) return fmt::format("{:.0f} ms", micros / 1e3);
  return fmt::format("{:.0f} us", micros);
}

std::string Grid(const Range& range) {
  std::string svg;
  for (double micros = range.lowest; micros <= range.highest * 1.01; micros *= 10) {
    const double y = Y(range, micros);
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"end\" x=\"{}\" y=\"{:.1f}\">{}</text>\n",
        kLeft, kPlotWidth - kRight, y, y, kLeft - 6, y + 4, MicrosLabel(micros));
  }
  for (const double percent : kTicks) {
    const double x = X(Nines(percent));
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/>"
        "<text class=\"middle\" x=\"{:.1f}\" y=\"{}\">p{}</text>\n",
        x, x, kUpper, kPlotHeight - kLower, x, kPlotHeight - kLower + 18, percent);
  }
  return svg;
}

std::string Line(const Range& range, const Curve& curve) {
  std::string points;
  for (int i = 0; i <= kPointsPerNine * static_cast<int>(kNinesMax); ++i) {
    const double nines = static_cast<double>(i) / kPointsPerNine;
    const double percent = 100 * (1 - std::pow(10, -nines));
    const auto micros = static_cast<double>(curve.latency->Percentile(percent));
    points += fmt::format("{:.1f},{:.1f} ", X(nines), Y(range, micros));
  }
  return fmt::format("<polyline class=\"l{}{}\" points=\"{}\"><title>{}</title></polyline>\n",
                     curve.colour % kPlotColours, curve.colour < kPlotColours ? "" : " dashed",
                     points, Escaped(curve.label));
}

}  // namespace

std::string PercentilePlot(std::string_view title, const std::vector<Curve>& curves) {
  if (curves.empty()) return "";
  const Range range = RangeOf(curves);
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\"><text class=\"title\" x=\"0\" y=\"16\">{}</text>\n",
      kPlotWidth, kPlotHeight, Escaped(title));
  svg += Grid(range);
  for (const Curve& curve : curves) svg += Line(range, curve);
  return svg + "</svg>\n";
}

}  // namespace varve::bench
