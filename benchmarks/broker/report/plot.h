#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/broker/stats/histogram.h"

namespace varve::bench {

inline constexpr int kPlotColours = 8;  // after those they come again

// Text as HTML and SVG take it.
std::string Escaped(std::string_view text);

// A number with as many digits as somebody wants to read.
std::string ShortNumber(double value);

struct Bar {
  std::string label;
  double value = 0;
  size_t colour = 0;
};
// Bars that lie, each under its label, as an SVG. "" if there are none.
std::string BarPlot(std::string_view title, const std::vector<Bar>& bars);

struct Curve {
  std::string label;
  const Histogram* latency = nullptr;
  size_t colour = 0;
};
// Latency by percentile, both axes logarithmic (the percentiles towards 100), as an SVG. "" if
// there are none.
std::string PercentilePlot(std::string_view title, const std::vector<Curve>& curves);

}  // namespace varve::bench
