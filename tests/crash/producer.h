#pragma once

#include <cstdint>
#include <string>

namespace varve::crash {

struct ProduceOptions {
  std::string address;
  std::string topic;
  std::string codec;
  std::string reports;  // the file to log delivery reports to
  uint64_t ready = 0;   // delivery reports until "ready" is printed
  uint64_t seed = 0;
};

// Produces as fast as it can, acks=1, without retries, and logs each acknowledged record. Prints
// "ready" to stdout once enough are; stops at SIGTERM. Returns an exit status.
int Produce(const ProduceOptions& options);

}  // namespace varve::crash
