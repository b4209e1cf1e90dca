#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/leader_epochs.h"
#include "engine/log/producer_state.h"

namespace varve::dump {

// Offsets that are not there, although those before and after them are.
struct Gap {
  std::string file;
  uint64_t position = 0;  // of the batch behind it
  int64_t from = 0;
  int64_t to = 0;  // the first offset that is there again
};

// What is known of a log by the batches that were read so far, in their order.
struct LogState {
  std::optional<int64_t> first_offset{};  // of the first batch
  int64_t next_offset = 0;                // behind the last sound batch, or begin of the segment
  int32_t leader_epoch = log::LeaderEpochs::kNone;  // of the last batch that has one
  log::ProducerState producers{};
  std::vector<Gap> gaps{};
  bool compacted = false;     // batches have fewer records than offsets
  bool damaged = false;       // some batches could not be read
  bool after_damage = false;  // the last one could not

  uint64_t batches = 0;
  uint64_t records = 0;
  uint64_t log_bytes = 0;
};

// Of these, the ones that wrote last are remembered.
inline constexpr size_t kProducersMax = 100'000;
inline constexpr size_t kGapsMax = 10'000;

}  // namespace varve::dump
