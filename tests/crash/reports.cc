#include "tests/crash/reports.h"

#include <fmt/format.h>

#include <fstream>

namespace varve::crash {

void ReportWriter::Write(const Report& report) {
  fmt::print(file_, "{} {} {:x}\n", report.partition, report.offset, report.hash);
}

bool ReadReports(const std::string& path, Reports& reports) {
  std::ifstream file(path);
  if (!file) {
    fmt::print(stderr, "{}: not readable\n", path);
    return false;
  }
  Report report;
  file >> std::dec;
  while (file >> std::dec >> report.partition >> report.offset >> std::hex >> report.hash) {
    const auto [at, fresh] = reports[report.partition].emplace(report.offset, report.hash);
    if (!fresh && at->second != report.hash) {
      fmt::print(stderr, "partition {} offset {}: acknowledged for {:x} and for {:x}\n",
                 report.partition, report.offset, at->second, report.hash);
      return false;
    }
  }
  return file.eof();
}

}  // namespace varve::crash
