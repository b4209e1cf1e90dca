#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <map>
#include <string>

#include "tools/dump/verify/finding.h"
#include "tools/dump/verify/log_state.h"

namespace varve::dump {

// Producer snapshots beside the batches below their offsets: whole, with the right checksum, and
// not older than what the batches say of producers they name. A producer that is missing may have
// expired.
//
// Lifetime  All references outlive it.
class SnapshotCheck {
 public:
  SnapshotCheck(const std::map<int64_t, std::string>& snapshots, const LogState& state,
                Findings& findings)
      : next_(snapshots.begin()), end_(snapshots.end()), state_(state), findings_(findings) {}

  // All batches below `offset` are in the state, and none above: looks at snapshots up to there.
  // Errors: a snapshot cannot be read.
  absl::Status UpTo(int64_t offset);

 private:
  absl::Status Check(int64_t offset, const std::string& path);

  std::map<int64_t, std::string>::const_iterator next_;
  std::map<int64_t, std::string>::const_iterator end_;
  const LogState& state_;
  Findings& findings_;
};

}  // namespace varve::dump
