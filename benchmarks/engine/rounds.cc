#include "benchmarks/engine/rounds.h"

#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstring>

namespace varve::bench {
namespace {

bool small = false;

// Writes to memory and gives it back, so that whoever is next finds pages that the machine has in
// hand: a virtual one gets them from its host on their first use, at ten times the price.
void TouchMemory() {
  constexpr size_t kTouched = size_t{1} << 30;
  constexpr size_t kPage = 4096;
  void* const block =
      ::mmap(nullptr, kTouched, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return;
  static_cast<void>(::madvise(block, kTouched, MADV_HUGEPAGE));
  auto* const bytes = static_cast<volatile char*>(block);
  for (size_t at = 0; at < kTouched; at += kPage) bytes[at] = 1;
  ::munmap(block, kTouched);
}

}  // namespace

bool Small() { return small; }

double Seconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void Compete(benchmark::State& state, const Contest& contest) {
  std::vector<double> measured;
  std::vector<double> limits;
  std::vector<double> ratios;
  if (!Small()) {
    contest.limit();
    contest.measured();
  }
  for (auto _ : state) {
    if (!Small()) TouchMemory();
    limits.push_back(contest.limit());
    if (!Small()) TouchMemory();
    measured.push_back(contest.measured());
    ratios.push_back(limits.back() / measured.back());
    state.SetIterationTime(measured.back());
  }
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  state.counters[contest.unit] = contest.volume / Median(measured);
  state.counters["limit"] = contest.volume / Median(limits);
  state.counters["ratio"] = Median(ratios);
  state.counters["spread"] = (*most - *least) / Median(ratios);
}

int RunPrograms(int argc, char** argv) {
  const auto is_small = [](const char* argument) { return std::strcmp(argument, "--small") == 0; };
  char** const end = std::remove_if(argv, argv + argc, is_small);
  small = end != argv + argc;
  argc = static_cast<int>(end - argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace varve::bench
