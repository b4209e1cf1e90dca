#include "benchmarks/broker/stats/usage.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "engine/base/status.h"
#include "tools/text/number.h"

namespace varve::bench {
namespace {

// Behind the name of the program, which may have blanks in it.
constexpr int kUserTicksField = 12;

absl::StatusOr<std::string> FileText(const std::string& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty()) return absl::NotFoundError(fmt::format("cannot read {}", path));
  return text;
}

// Of the line "name: number", perhaps with a unit behind it.
std::optional<uint64_t> NumberAfter(std::string_view text, std::string_view name) {
  const size_t at = text.find(fmt::format("{}:", name));
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(at + name.size() + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  return text::ParseNumber<uint64_t>(rest.substr(0, rest.find_first_of(" \n")));
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double CpuSecondsIn(std::string_view stat, double ticks_per_second) {
  std::istringstream fields(std::string(stat.substr(std::min(stat.rfind(')') + 1, stat.size()))));
  std::string skipped;
  double user = 0;
  double system = 0;
  for (int i = 1; i < kUserTicksField; ++i) fields >> skipped;
  fields >> user >> system;
  return fields ? (user + system) / ticks_per_second : 0;
}

uint64_t BytesIn(std::string_view status, std::string_view name) {
  return NumberAfter(status, name).value_or(0) * 1024;
}

std::optional<uint64_t> DiskBytesReadIn(std::string_view io) {
  return NumberAfter(io, "\nread_bytes");
}

Usage OwnUsage() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  Usage usage;
  usage.cpu_seconds = Seconds(used.ru_utime) + Seconds(used.ru_stime);
  usage.resident_bytes_peak = static_cast<uint64_t>(used.ru_maxrss) * 1024;
  return usage;
}

absl::StatusOr<Usage> UsageOf(int pid) {
  ASSIGN_OR_RETURN(const std::string stat, FileText(fmt::format("/proc/{}/stat", pid)));
  ASSIGN_OR_RETURN(const std::string status, FileText(fmt::format("/proc/{}/status", pid)));
  Usage usage;
  usage.cpu_seconds = CpuSecondsIn(stat, static_cast<double>(::sysconf(_SC_CLK_TCK)));
  usage.resident_bytes = BytesIn(status, "VmRSS");
  usage.resident_bytes_peak = BytesIn(status, "VmHWM");
  const absl::StatusOr<std::string> io = FileText(fmt::format("/proc/{}/io", pid));
  if (io.ok()) usage.disk_bytes_read = DiskBytesReadIn(*io);
  return usage;
}

double ThreadCpuSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace varve::bench
