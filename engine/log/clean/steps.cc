#include "engine/log/clean/steps.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/status.h"
#include "engine/log/clean/key_window.h"
#include "engine/log/clean/rewrite.h"
#include "engine/record/validate.h"

namespace varve::log {
namespace {

using record::BatchView;

// Takes the first of some whole batches off `rest`, once it is seen to be sound.
absl::StatusOr<BatchView> TakeBatch(Bytes& rest, BatchSpan& span) {
  const Bytes bytes = rest.first(BatchView(rest).size_bytes());
  const BatchView batch(bytes);
  const record::BatchCheck check = record::CheckStoredBatch(bytes);
  if (!check.ok()) {
    return absl::DataLossError(
        fmt::format("the batch at offset {}: {}", batch.base_offset(), check.message));
  }
  if (batch.base_offset() < span.next_offset || batch.last_offset() >= span.end_offset) {
    return absl::DataLossError(fmt::format("a batch with offsets {} to {}, expected in [{}, {})",
                                           batch.base_offset(), batch.last_offset(),
                                           span.next_offset, span.end_offset));
  }
  span.next_offset = batch.next_offset();
  rest = rest.subspan(bytes.size());
  return batch;
}

absl::Status At(BatchView batch, const absl::Status& why) {
  return {why.code(), fmt::format("the batch at offset {}: {}", batch.base_offset(),
                                  std::string(why.message()))};
}

absl::Status MapRecords(BatchView batch, int64_t from, KeyMap& keys, MapProgress& progress) {
  const auto plain = record::PlainRecords::Open(batch, PlainBytesMax(batch));
  if (!plain.ok()) return At(batch, plain.status());
  record::RecordIterator records(batch, plain->bytes());
  KeyWindow window(keys, KeyWindow::Hash::kAll);
  while (window.Fill(records)) {
    for (const KeyWindow::Entry& entry : window.entries()) {
      if (entry.record.offset < from || !entry.record.key) continue;
      if (keys.Put(entry.key, entry.record.offset)) continue;
      progress.full = true;
      progress.next_offset = entry.record.offset;
      return absl::OkStatus();
    }
  }
  if (!records.status().ok()) return At(batch, records.status());
  return absl::OkStatus();
}

// Neighbours in the chunk leave in one piece.
void AddPiece(Bytes bytes, Output& output) {
  if (!output.pieces.empty()) {
    Bytes& last = output.pieces.back();
    if (last.data() + last.size() == bytes.data()) {
      last = Bytes(last.data(), last.size() + bytes.size());
      return;
    }
  }
  output.pieces.push_back(bytes);
}

void Add(BatchView batch, Rewritten rewritten, Output& output) {
  output.changed |= rewritten.kind != Rewritten::Kind::kAsItWas;
  if (rewritten.kind == Rewritten::Kind::kNothing) return;
  Bytes bytes = batch.bytes();
  if (rewritten.kind == Rewritten::Kind::kReplaced) {
    bytes = output.made.emplace_back(std::move(rewritten.bytes));
  }
  AddPiece(bytes, output);
  output.facts.push_back(StoredFacts(BatchView(bytes)));
  output.bytes += bytes.size();
}

}  // namespace

absl::Status MapKeys(Bytes chunk, int64_t from, BatchSpan& span, TransactionWalk& transactions,
                     KeyMap& keys, MapProgress& progress) {
  while (!chunk.empty() && !progress.full) {
    ASSIGN_OR_RETURN(const BatchView batch, TakeBatch(chunk, span));
    if (batch.last_offset() < from) continue;
    if (!batch.is_control() && !transactions.IsAborted(batch)) {
      RETURN_IF_ERROR(MapRecords(batch, from, keys, progress));
      if (progress.full) return absl::OkStatus();
    }
    progress.next_offset = batch.next_offset();
  }
  return absl::OkStatus();
}

absl::Status RewriteChunk(Bytes chunk, BatchSpan& span, TransactionWalk& transactions,
                          const RetainRules& rules, Output& output) {
  while (!chunk.empty()) {
    ASSIGN_OR_RETURN(const BatchView batch, TakeBatch(chunk, span));
    const BatchFate fate = DecideBatch(batch, transactions, rules);
    auto rewritten = RewriteBatch(batch, fate, rules);
    if (!rewritten.ok()) return At(batch, rewritten.status());
    Add(batch, *std::move(rewritten), output);
  }
  return absl::OkStatus();
}

}  // namespace varve::log
