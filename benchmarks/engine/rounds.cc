#include "benchmarks/engine/rounds.h"

#include <time.h>

#include <algorithm>
#include <cstring>

namespace varve::bench {
namespace {

bool small = false;

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
    limits.push_back(contest.limit());
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
