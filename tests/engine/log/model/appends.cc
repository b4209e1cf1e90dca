#include "tests/engine/log/model/appends.h"

#include <fmt/format.h>

#include <deque>
#include <limits>
#include <map>

#include "engine/base/status.h"
#include "tests/engine/log/model/drawing.h"

namespace varve::log::test {
namespace {

using record::BatchView;

constexpr int64_t kFirstTransactional = 3;
constexpr uint64_t kProducers = 5;

// Whoever is not known begins anywhere.
Sender Next(Life& life, const ProducerEntry* known, int64_t id) {
  io::Random& random = life.random();
  Sender sender{id, 0, 0, id >= kFirstTransactional};
  if (known == nullptr) {
    if (random.OneIn(3)) sender.sequence = std::numeric_limits<int32_t>::max() - 3;
    return sender;
  }
  sender.epoch = known->epoch();
  const bool wrote = known->newest().last_offset != ProducerEntry::kNoOffset;
  if (wrote) sender.sequence = record::AdvanceSequence(known->newest().last_sequence, 1);
  if (!known->in_transaction() && random.OneIn(30)) {
    ++sender.epoch;
    sender.sequence = 0;
  }
  return sender;
}

// Batches that are sent together follow each other.
std::vector<DrawnBatch> Draw(Life& life, size_t log, size_t count) {
  io::Random& random = life.random();
  std::map<int64_t, Sender> senders;
  std::vector<DrawnBatch> batches;
  for (size_t i = 0; i < count; ++i) {
    Sender sender;
    if (life.kept(log).producers && random.OneIn(2)) {
      const auto id = static_cast<int64_t>(1 + random.Below(kProducers));
      auto at = senders.find(id);
      if (at == senders.end()) {
        at = senders.emplace(id, Next(life, life.log(log).producers().Find(id), id)).first;
      }
      sender = at->second;
    }
    batches.push_back(DrawBatch(random, sender, life.now_ms()));
    const BatchView view(batches.back().bytes);
    if (sender.id >= 0) {
      senders[sender.id].sequence = record::AdvanceSequence(view.last_sequence(), 1);
    }
  }
  return batches;
}

// The first error; each batch's fate is told to the model.
io::Task<absl::Status> AppendAll(Life& life, size_t index, std::vector<DrawnBatch> batches) {
  Log& log = life.log(index);
  std::deque<PendingAppend> pending;
  for (DrawnBatch& batch : batches) log.Enqueue(pending.emplace_back(batch.bytes));
  const bool always_durable = log.config().flush_messages == 1;
  absl::Status first_error;
  for (size_t i = 0; i < batches.size(); ++i) {
    PendingAppend& append = pending[i];
    const absl::StatusOr<Appended> appended = co_await append;
    if (appended.ok()) {
      life.Report(life.model(index).Acknowledge(std::move(batches[i]), *appended, life.now_ms()));
      if (always_durable && log.offsets().durable <= appended->last_offset) {
        life.Report(fmt::format("offset {} was acknowledged, {} is durable", appended->last_offset,
                                log.offsets().durable));
      }
      continue;
    }
    const bool refused = ProducerFaultOf(appended.status()).has_value();
    if (refused && first_error.ok()) {
      life.Report("a producer was refused: " + std::string(appended.status().message()));
    }
    if (first_error.ok()) first_error = appended.status();
    // Without space, nothing was written.
    if (!refused && !absl::IsResourceExhausted(appended.status())) {
      life.model(index).Unanswered(std::move(batches[i]));
    }
  }
  co_return first_error;
}

io::Task<absl::Status> Prepare(Life& life, size_t log) {
  if (!life.model(log).needs_epoch()) co_return absl::OkStatus();
  co_return co_await life.BeginEpoch(log);
}

// The newest batch of some producer that the log and the model agree on.
const ModelBatch* DrawNewest(Life& life, size_t log) {
  const auto& producers = life.log(log).producers().producers();
  if (producers.empty()) return nullptr;
  const auto id = static_cast<int64_t>(1 + life.random().Below(kProducers));
  const ProducerEntry* known = life.log(log).producers().Find(id);
  if (known == nullptr) return nullptr;
  const ModelBatch* found = nullptr;
  for (const ModelBatch& batch : life.model(log).batches()) {
    if (batch.is_data() && batch.view().producer_id() == id) found = &batch;
  }
  const bool agreed = found != nullptr && found->last() == known->newest().last_offset &&
                      found->view().producer_epoch() == known->epoch();
  return agreed ? found : nullptr;
}

io::Task<absl::Status> Repeat(Life& life, size_t log, const ModelBatch& newest) {
  const Appended before{newest.base(), newest.last()};
  Buffer again = newest.sent;
  CO_ASSIGN_OR_RETURN(const Appended appended, co_await life.log(log).Append(again));
  if (appended.base_offset != before.base_offset || appended.last_offset != before.last_offset) {
    life.Report(fmt::format("a batch at {} that was sent again was acknowledged at {}",
                            before.base_offset, appended.base_offset));
  }
  ++life.tally().refused;
  co_return absl::OkStatus();
}

io::Task<absl::Status> SendRefused(Life& life, size_t log, Sender sender, ProducerFault why) {
  DrawnBatch batch = DrawBatch(life.random(), sender, life.now_ms());
  const auto appended = co_await life.log(log).Append(batch.bytes);
  if (appended.ok()) {
    life.Report(fmt::format("a batch of {} with epoch {} and sequence {} was accepted at {}",
                            sender.id, sender.epoch, sender.sequence, appended->base_offset));
    co_return absl::OkStatus();
  }
  if (ProducerFaultOf(appended.status()) != why) co_return appended.status();
  ++life.tally().refused;
  co_return absl::OkStatus();
}

}  // namespace

io::Task<absl::Status> AppendDrawn(Life& life, size_t log, size_t count) {
  CO_RETURN_IF_ERROR(co_await Prepare(life, log));
  std::vector<DrawnBatch> batches = Draw(life, log, count);
  co_return co_await AppendAll(life, log, std::move(batches));
}

io::Task<absl::Status> AppendMarker(Life& life, size_t log) {
  if (!life.kept(log).producers) co_return co_await AppendDrawn(life, log, 1);
  CO_RETURN_IF_ERROR(co_await Prepare(life, log));
  const auto id = kFirstTransactional +
                  static_cast<int64_t>(life.random().Below(kProducers - kFirstTransactional + 1));
  const ProducerEntry* known = life.log(log).producers().Find(id);
  Sender sender{.id = id, .epoch = known != nullptr ? known->epoch() : int16_t{0}};
  if (known != nullptr && life.random().OneIn(20)) ++sender.epoch;
  std::vector<DrawnBatch> batches;
  batches.push_back(DrawMarker(life.random(), sender, life.now_ms()));
  co_return co_await AppendAll(life, log, std::move(batches));
}

io::Task<absl::Status> AppendWrongly(Life& life, size_t log) {
  const ModelBatch* newest = DrawNewest(life, log);
  if (newest == nullptr) co_return absl::OkStatus();
  const BatchView view = newest->view();
  if (life.random().OneIn(2)) co_return co_await Repeat(life, log, *newest);
  Sender sender{view.producer_id(), view.producer_epoch(),
                record::AdvanceSequence(view.last_sequence(), 3), view.is_transactional()};
  if (sender.epoch == 0 || life.random().OneIn(2)) {
    co_return co_await SendRefused(life, log, sender, ProducerFault::kOutOfOrderSequence);
  }
  --sender.epoch;
  co_return co_await SendRefused(life, log, sender, ProducerFault::kInvalidEpoch);
}

}  // namespace varve::log::test
