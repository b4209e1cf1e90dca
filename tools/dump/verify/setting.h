#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/log/leader_epochs.h"

namespace varve::dump {

// What the checks of one segment have to know beside its files.
struct SegmentSetting {
  std::string directory;
  int64_t base_offset = 0;
  std::optional<int64_t> next_base{};  // of the segment after it; none: it is the active one
  // The log directory was stopped cleanly and nobody has it open: nothing is half done.
  bool clean_stop = false;
  // Somebody has it open: what is half done at the end is no news.
  bool in_use = false;
  // Offsets below are deleted: nothing is asked of their epochs.
  int64_t log_start = 0;
  // Nothing: there is no leader-epoch-checkpoint.
  std::optional<log::LeaderEpochs> epochs{};
  // Producer snapshots at offsets up to the next segment's base, and their paths.
  std::map<int64_t, std::string> snapshots{};
  size_t memory_bytes = 0;

  bool active() const { return !next_base; }
};

}  // namespace varve::dump
