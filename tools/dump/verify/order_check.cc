#include "tools/dump/verify/order_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/record/validate.h"

namespace varve::dump {

using record::BatchView;

namespace {

constexpr int64_t kRelativeMax = std::numeric_limits<int32_t>::max();

void AddGap(LogState& state, Gap gap) {
  if (state.gaps.size() < kGapsMax) state.gaps.push_back(std::move(gap));
}

}  // namespace

OrderCheck::OrderCheck(const SegmentSetting& setting, const std::string& file, LogState& state,
                       Findings& findings)
    : setting_(setting), file_(file), state_(state), findings_(findings) {
  const bool known = state_.first_offset && !state_.after_damage;
  if (known && setting_.base_offset > state_.next_offset) {
    AddGap(state_, {file_, 0, state_.next_offset, setting_.base_offset});
  }
  state_.next_offset = std::max(state_.next_offset, setting_.base_offset);
}

void OrderCheck::OnBatch(const Step& step) {
  const BatchView batch = step.view();
  const record::BatchCheck header = record::CheckStoredHeader(batch);
  if (!header.ok()) {
    findings_.Fault(file_, step.position, header.message);
    OnDamage();
    return;
  }
  CheckBounds(step);
  CheckGap(step);
  if (!state_.first_offset) state_.first_offset = batch.base_offset();
  state_.next_offset = std::max(state_.next_offset, batch.next_offset());
  state_.after_damage = false;
  const bool sparse = batch.record_count() <= batch.last_offset_delta();
  if (sparse || batch.has_delete_horizon()) state_.compacted = true;
}

void OrderCheck::CheckBounds(const Step& step) {
  const BatchView batch = step.view();
  const auto fault = [&](std::string what) {
    findings_.Fault(file_, step.position, std::move(what));
  };
  if (batch.base_offset() < setting_.base_offset) {
    fault(fmt::format("a batch at offset {} in a segment that begins at {}", batch.base_offset(),
                      setting_.base_offset));
  } else if (batch.base_offset() < state_.next_offset) {
    fault(fmt::format("offsets do not rise: a batch at offset {} where {} is next",
                      batch.base_offset(), state_.next_offset));
  }
  if (batch.last_offset() - setting_.base_offset > kRelativeMax) {
    fault(fmt::format("last offset {} is more than 2^31 - 1 above the segment's base {}",
                      batch.last_offset(), setting_.base_offset));
  }
  if (setting_.next_base && batch.last_offset() >= *setting_.next_base) {
    fault(fmt::format("last offset {} belongs to the next segment, which begins at {}",
                      batch.last_offset(), *setting_.next_base));
  }
}

void OrderCheck::CheckGap(const Step& step) {
  const int64_t found = step.view().base_offset();
  if (found <= state_.next_offset || state_.after_damage) return;
  AddGap(state_, {file_, step.position, state_.next_offset, found});
}

void OrderCheck::OnDamage() {
  state_.damaged = true;
  state_.after_damage = true;
}

}  // namespace varve::dump
