#pragma once

#include <absl/status/statusor.h>

#include <functional>

#include "benchmarks/broker/mode/common.h"
#include "benchmarks/broker/mode/produce_load.h"

namespace varve::bench {

// What goes on beside the producers, on a thread of its own: neither makes the other wait for
// anything but the broker. Prepares, calls Begin, counts in the meter, works until stop is set.
using Other = std::function<io::Task<absl::Status>(Worker&, Meter&)>;

struct Both {
  Figures produced;
  Figures other;
};

// Measures both at once. They share the CPU seconds of both.
absl::StatusOr<Both> MeasureBeside(const Common& common, const ProduceLoad& load,
                                   const Other& other);

}  // namespace varve::bench
