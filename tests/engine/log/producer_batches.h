#pragma once

#include <cstdint>

#include "engine/log/producer_state.h"

// Batches of producers as facts, and a log of them that keeps nothing but the state.
namespace varve::log::test {

struct ProducerSteps {
  // A batch of `count` records at the next offset.
  ProducerBatch Data(int64_t id, int16_t epoch, int32_t sequence, int32_t count = 1,
                     bool transactional = false) const {
    return {id,       epoch,
            sequence, record::AdvanceSequence(sequence, count - 1),
            next,     next + count - 1,
            now_ms,   transactional};
  }
  ProducerBatch Txn(int64_t id, int16_t epoch, int32_t sequence, int32_t count = 1) const {
    return Data(id, epoch, sequence, count, true);
  }
  ProducerBatch Marker(int64_t id, int16_t epoch, bool commit, int32_t coordinator = 0) const {
    return {id,
            epoch,
            record::kNoSequence,
            record::kNoSequence,
            next,
            next,
            now_ms,
            true,
            record::EndMarker{commit, coordinator}};
  }

  ProducerState::Group::Verdict Check(const ProducerBatch& batch, Origin origin = Origin::kClient) {
    ProducerState::Group group;
    return group.Check(state, batch, origin, producers_max);
  }
  std::optional<ProducerFault> Fault(const ProducerBatch& batch, Origin origin = Origin::kClient) {
    return Check(batch, origin).fault;
  }
  // Whether it was accepted; if so it is written.
  bool Write(const ProducerBatch& batch) {
    if (!Check(batch).ok()) return false;
    Apply(batch);
    return true;
  }
  std::optional<CompletedTxn> Apply(const ProducerBatch& batch) {
    next = batch.last_offset + 1;
    return state.Apply(batch);
  }

  ProducerState state;
  int64_t next = 0;
  int64_t now_ms = 1000;
  size_t producers_max = 100;
};

}  // namespace varve::log::test
