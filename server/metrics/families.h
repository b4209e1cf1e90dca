#pragma once

#include <string>

#include "server/metrics/exposition.h"
#include "server/metrics/process_facts.h"
#include "server/metrics/snapshot.h"

// A snapshot as families of time series, by subject. Pure, and for many partitions long: call them
// where they hold nobody up.
namespace varve::metrics {

// Everything there is to say.
std::string ToText(const Snapshot& snapshot, const ProcessFacts& process);

// What is of a kind that there may be many of has time series of its own only up to the bound;
// beyond it there are only sums, and varve_series_left_out says so.
struct SeriesBound {
  bool partitions = false;  // each has its own
  bool group_partitions = false;
  bool topics = false;
  bool groups = false;
};
SeriesBound BoundOf(const Snapshot& snapshot);

void AddTopics(const Snapshot& snapshot, const SeriesBound& bound, Exposition& out);
void AddRequests(const Snapshot& snapshot, Exposition& out);
void AddReplicas(const Snapshot& snapshot, Exposition& out);
void AddLogs(const Snapshot& snapshot, const SeriesBound& bound, Exposition& out);
void AddGroups(const Snapshot& snapshot, const SeriesBound& bound, Exposition& out);
void AddShards(const Snapshot& snapshot, Exposition& out);
void AddProcess(const ProcessFacts& process, Exposition& out);

}  // namespace varve::metrics
