#include "benchmarks/broker/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "benchmarks/broker/report/plot.h"

namespace varve::bench {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>varve-bench</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --grid: #ddd; }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --paper: #181818; --grid: #444; } }
body { font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 1500px; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 10px; border-bottom: 1px solid var(--grid); text-align: right; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
.plots { display: flex; flex-wrap: wrap; gap: 24px; } svg { width: 720px; max-width: 100%; }
.legend { max-width: 720px; }
svg text { font-size: 12px; fill: var(--ink); } svg .title { font-size: 14px; font-weight: 600; }
svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
svg .grid { stroke: var(--grid); } polyline { fill: none; stroke-width: 2; }
.dashed { stroke-dasharray: 6 4; } .key.dashed { border: 2px dashed var(--paper); }
.key { display: inline-block; width: 12px; height: 12px; margin: 0 6px 0 16px; }
small { color: gray; overflow-wrap: anywhere; }
)";
// Told apart on white and on black, and by most who see colours otherwise.
constexpr std::string_view kColours[kPlotColours] = {"#4477aa", "#ee6677", "#228833", "#ccbb44",
                                                     "#66ccee", "#aa3377", "#bb8844", "#888888"};

// A row of one of the files, of one mode.
struct Shown {
  const ToldRun* run;
  const ToldRow* row;
  size_t colour;  // of its file

  std::string Name() const { return fmt::format("{}: {}", row->label, run->name); }
};

std::string Style() {
  std::string css(kHead);
  for (size_t i = 0; i < kPlotColours; ++i) {
    css += fmt::format(".c{0} {{ fill: {1}; background: {1}; }} .l{0} {{ stroke: {1}; }}\n", i,
                       kColours[i]);
  }
  return css + "</style></head><body>\n<h1>varve-bench</h1>\n";
}

std::vector<std::string> ModesOf(const std::vector<ToldRun>& runs) {
  std::vector<std::string> modes;
  for (const ToldRun& run : runs) {
    if (std::find(modes.begin(), modes.end(), run.mode) == modes.end()) modes.push_back(run.mode);
  }
  return modes;
}

// Rows with the same label stand beside each other, in the order in which labels first appear.
std::vector<Shown> RowsOf(const std::vector<ToldRun>& runs, const std::string& mode) {
  std::vector<Shown> rows;
  std::vector<std::string> labels;
  for (size_t i = 0; i < runs.size(); ++i) {
    for (const ToldRow& row : runs[i].rows) {
      if (runs[i].mode == mode) rows.push_back({&runs[i], &row, i});
    }
  }
  labels.reserve(rows.size());
  for (const Shown& shown : rows) labels.push_back(shown.row->label);
  const auto place = [&](const Shown& shown) {
    return std::find(labels.begin(), labels.end(), shown.row->label) - labels.begin();
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Shown& a, const Shown& b) { return place(a) < place(b); });
  return rows;
}

std::string MaybeText(const std::optional<double>& value) {
  return value ? fmt::format("{:.3g}", *value) : "-";
}

std::string TableOf(const std::vector<Shown>& rows) {
  std::string html =
      "<table><tr><th>what<th>file<th>requests/s<th>records/s<th>MiB/s<th>own CPU s/GiB<th>server "
      "CPU s/GiB<th>server CPU us/request<th>p50 us<th>p99 us<th>p99.9 us<th>p99.99 us<th>max us"
      "<th>errors</tr>\n";
  for (const Shown& shown : rows) {
    const ToldRow& row = *shown.row;
    html +=
        fmt::format("<tr><td>{}<td>{}<td>{:.0f}<td>{:.0f}<td>{:.1f}<td>{}<td>{}<td>{}",
                    Escaped(row.label), Escaped(shown.run->name), row.requests_per_second,
                    row.records_per_second, row.mib_per_second, MaybeText(row.own_cpu_per_gib),
                    MaybeText(row.server_cpu_per_gib), MaybeText(row.server_cpu_us_per_request));
    for (const double percent : {50.0, 99.0, 99.9, 99.99, 100.0}) {
      html += fmt::format("<td>{}", row.latency.Percentile(percent));
    }
    html += fmt::format("<td>{}</tr>\n", Escaped(row.errors));
  }
  return html + "</table>\n";
}

template <typename Value>
std::string Bars(std::string_view title, const std::vector<Shown>& rows, Value value_of) {
  std::vector<Bar> bars;
  bars.reserve(rows.size());
  for (const Shown& shown : rows)
    bars.push_back({shown.Name(), value_of(*shown.row), shown.colour});
  return BarPlot(title, bars);
}

// A colour for each row here: many of them are of the same file.
std::string LatencyOf(const std::vector<Shown>& rows) {
  std::vector<Curve> curves;
  std::string legend;
  for (const Shown& shown : rows) {
    if (shown.row->latency.count() == 0) continue;
    const size_t colour = curves.size();
    curves.push_back({shown.Name(), &shown.row->latency, colour});
    legend += fmt::format("<span class=\"key c{}{}\"></span>{}\n", colour % kPlotColours,
                          colour < kPlotColours ? "" : " dashed", Escaped(shown.Name()));
  }
  if (curves.empty()) return "";
  return fmt::format("<div>{}<p class=\"legend\">{}</p></div>\n",
                     PercentilePlot("Latency by percentile", curves), legend);
}

std::string PlotsOf(const std::vector<Shown>& rows) {
  const auto mib = [](const ToldRow& row) { return row.mib_per_second; };
  const auto requests = [](const ToldRow& row) { return row.requests_per_second; };
  const auto cpu = [](const ToldRow& row) { return row.server_cpu_per_gib.value_or(0); };
  const auto each = [](const ToldRow& row) { return row.server_cpu_us_per_request.value_or(0); };
  return "<div class=\"plots\">\n" + Bars("MiB/s", rows, mib) + Bars("Requests/s", rows, requests) +
         Bars("Server CPU seconds per GiB", rows, cpu) +
         Bars("Server CPU microseconds per request", rows, each) + LatencyOf(rows) + "</div>\n";
}

}  // namespace

std::string ToHtml(const std::vector<ToldRun>& runs) {
  std::string html = Style() + "<p>";
  for (size_t i = 0; i < runs.size(); ++i) {
    html += fmt::format("<span class=\"key c{}\"></span>{} ({})", i % kPlotColours,
                        Escaped(runs[i].name), Escaped(runs[i].mode));
  }
  html += "</p>\n";
  for (const std::string& mode : ModesOf(runs)) {
    const std::vector<Shown> rows = RowsOf(runs, mode);
    html += fmt::format("<h2>{}</h2>\n", Escaped(mode)) + TableOf(rows) + PlotsOf(rows);
  }
  html += "<h2>Runs</h2>\n";
  for (const ToldRun& run : runs) {
    html += fmt::format("<p>{}: {}, {}, {}<br><small>{}</small></p>\n", Escaped(run.name),
                        Escaped(run.mode), Escaped(run.start), Escaped(run.machine),
                        Escaped(run.options));
  }
  return html + "</body></html>\n";
}

}  // namespace varve::bench
