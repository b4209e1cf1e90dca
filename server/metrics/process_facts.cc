#include "server/metrics/process_facts.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

namespace varve::metrics {
namespace {

std::string ReadWhole(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = text.find_first_of(" \n");
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

uint64_t NumberAt(const std::vector<std::string_view>& words, size_t index) {
  uint64_t number = 0;
  if (index < words.size()) {
    std::from_chars(words[index].data(), words[index].data() + words[index].size(), number);
  }
  return number;
}

double BootSeconds() {
  const std::string stat = ReadWhole("/proc/stat");
  constexpr std::string_view kKey = "\nbtime ";
  const size_t at = stat.find(kKey);
  if (at == std::string::npos) return 0;
  return static_cast<double>(NumberAt(Words(std::string_view(stat).substr(at + 1)), 1));
}

uint64_t OpenFiles() {
  std::error_code error;
  uint64_t count = 0;
  auto at = std::filesystem::directory_iterator("/proc/self/fd", error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) ++count;
  return count > 0 ? count - 1 : 0;  // without the one that lists them
}

}  // namespace

ProcessFacts ParseProcStat(std::string_view stat, double ticks_per_second, uint64_t page_bytes,
                           double boot_seconds) {
  ProcessFacts facts;
  // The second field is a name in parentheses, and may hold anything.
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return facts;
  const std::vector<std::string_view> words = Words(stat.substr(name_end + 1));  // from field 3 on
  constexpr size_t kUserTime = 11;
  constexpr size_t kSystemTime = 12;
  constexpr size_t kThreads = 17;
  constexpr size_t kStartTime = 19;
  constexpr size_t kVirtualBytes = 20;
  constexpr size_t kResidentPages = 21;
  const uint64_t cpu = NumberAt(words, kUserTime) + NumberAt(words, kSystemTime);
  facts.cpu_seconds = static_cast<double>(cpu) / ticks_per_second;
  facts.start_seconds =
      boot_seconds + static_cast<double>(NumberAt(words, kStartTime)) / ticks_per_second;
  facts.threads = NumberAt(words, kThreads);
  facts.virtual_bytes = NumberAt(words, kVirtualBytes);
  facts.resident_bytes = NumberAt(words, kResidentPages) * page_bytes;
  return facts;
}

ProcessFacts ReadProcess() {
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  ProcessFacts facts = ParseProcStat(ReadWhole("/proc/self/stat"), ticks, page, BootSeconds());
  facts.open_files = OpenFiles();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.open_files_max = limit.rlim_cur;
  return facts;
}

}  // namespace varve::metrics
