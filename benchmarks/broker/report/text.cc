#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "benchmarks/broker/report/run.h"
#include "tools/text/amount.h"
#include "tools/text/table.h"

namespace varve::bench {
namespace {

std::string RateText(double rate) {
  return rate < 100 ? fmt::format("{:.1f}", rate) : text::CountText(std::llround(rate));
}

std::string MicrosText(const Histogram& latency, double percent) {
  if (latency.count() == 0) return "-";
  const uint64_t micros = latency.Percentile(percent);
  if (micros < 10'000) return fmt::format("{} us", micros);
  if (micros < 10'000'000) return fmt::format("{:.1f} ms", static_cast<double>(micros) / 1e3);
  return fmt::format("{:.1f} s", static_cast<double>(micros) / 1e6);
}

std::string CpuText(const std::optional<double>& per_gib) {
  return per_gib ? fmt::format("{:.2f}", *per_gib) : "-";
}

std::string PerRequestText(const Figures& figures) {
  if (!figures.broker || figures.requests == 0) return "-";
  return fmt::format("{:.1f} us",
                     1e6 * figures.broker->cpu_seconds / static_cast<double>(figures.requests));
}

std::vector<std::string> Cells(const Row& row) {
  const Figures& figures = row.figures;
  const auto broker = figures.broker ? CpuPerGiB(figures, *figures.broker) : std::nullopt;
  return {row.label,
          RateText(PerSecond(figures, figures.requests)),
          figures.records > 0 ? RateText(PerSecond(figures, figures.records)) : "-",
          RateText(PerSecond(figures, figures.bytes) / kMiB),
          CpuText(CpuPerGiB(figures, figures.own)),
          CpuText(broker),
          PerRequestText(figures),
          MicrosText(figures.latency, 50),
          MicrosText(figures.latency, 99),
          MicrosText(figures.latency, 99.9),
          MicrosText(figures.latency, 99.99),
          MicrosText(figures.latency, 100)};
}

// What stands behind a row's name in the lines below the table, if anything does.
std::string Notes(const Row& row) {
  const Figures& figures = row.figures;
  std::string notes;
  for (const auto& [name, value] : figures.more)
    notes += fmt::format("  {}: {:.6g}\n", name, value);
  if (figures.broker && figures.broker->memory_bytes_peak > 0) {
    const auto peak = static_cast<int64_t>(figures.broker->memory_bytes_peak);
    notes += fmt::format("  broker: {:.2f} CPU seconds in {:.1f} s, {} of memory at most\n",
                         figures.broker->cpu_seconds, figures.seconds, text::SizeText(peak));
  }
  if (figures.broker && figures.broker->disk_bytes_read.value_or(0) > 0) {
    const auto read = static_cast<int64_t>(*figures.broker->disk_bytes_read);
    notes += fmt::format("  broker: {} read from disks\n", text::SizeText(read));
  }
  for (const auto& [name, count] : figures.errors) {
    notes += fmt::format("  error {}: {} times\n", name, count);
  }
  return notes.empty() ? "" : row.label + "\n" + notes;
}

}  // namespace

std::string ToText(const Run& run) {
  text::Table table({"", ">REQUESTS/S", ">RECORDS/S", ">MIB/S", ">OWN CPU S/GIB",
                     ">SERVER CPU S/GIB", ">A REQUEST", ">P50", ">P99", ">P99.9", ">P99.99",
                     ">MAX"});
  std::string notes;
  for (const Row& row : run.rows) {
    table.Add(Cells(row));
    notes += Notes(row);
  }
  return table.ToString() + notes;
}

}  // namespace varve::bench
