#pragma once

#include <string>
#include <vector>

namespace varve::crash {

struct CheckOptions {
  std::string address;
  std::string topic;
  std::vector<std::string> reports;  // files
  bool whole = false;                // read from the log's start, not from the first report
};

// Reads each partition that has reports up to its end. Required: offsets are dense, each record is
// whole, and each report's offset holds its payload; with `whole`, reports below the log's start
// are left out, for retention may have dropped them. Prints one line of figures; complaints go to
// stderr. Returns an exit status.
int Check(const CheckOptions& options);

}  // namespace varve::crash
