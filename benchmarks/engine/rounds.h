#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <vector>

namespace varve::bench {

// One measurement beside its limit: both run in turn, round by round, so that what the machine
// does meanwhile meets them alike; before each, memory is touched that they may need. Reported are
// medians:
//
//   bytes/s, items/s   of what is measured
//   limit              the same volume through bare system calls, in the same unit
//   ratio              measured / limit, the median over the rounds
//   spread             (largest - smallest) / median of the ratios: how far to trust it
struct Contest {
  // Each does the whole volume once and returns the seconds it took, without set-up and clean-up.
  std::function<double()> measured;
  std::function<double()> limit;
  double volume = 0;         // of one round
  const char* unit = "B/s";  // of volume, per second
};

// Runs one round for each iteration of `state`, after one that is thrown away.
void Compete(benchmark::State& state, const Contest& contest);

double Median(std::vector<double> values);

// Seconds on the monotonic clock.
double Seconds();

// Whether --small was given: volumes for a test, not for a measurement.
bool Small();
// Of `full`, what a round does in this run.
inline size_t Volume(size_t full) { return Small() ? full / 64 + 1 : full; }

// The main function of a benchmark program: takes --small out of the arguments.
int RunPrograms(int argc, char** argv);

}  // namespace varve::bench
