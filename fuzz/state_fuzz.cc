#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include "engine/base/check.h"
#include "engine/base/crc32c.h"
#include "engine/log/change_marks.h"
#include "engine/log/manifest.h"
#include "engine/log/producer_snapshot.h"
#include "engine/log/producer_state.h"
#include "engine/log/txn_index.h"

// What a directory may hold of producers, transactions and the last stop. Checksums are made to
// fit, so that what lies behind them is reached. What is accepted comes out the same when it is
// written and read again.
namespace varve::log {
namespace {

void TrySnapshot(Bytes bytes) {
  if (bytes.size() < sizeof(ProducerSnapshotHeader)) return;
  Buffer file(bytes.begin(), bytes.end());
  ProducerSnapshotHeader header;
  std::memcpy(&header, file.data(), sizeof(header));
  header.version = kProducerSnapshotVersion;
  header.crc = Crc32c(Bytes(file).subspan(kProducerSnapshotCrcStart));
  std::memcpy(file.data(), &header, sizeof(header));
  const auto entries = ParseProducerSnapshot(file);
  if (!entries.ok()) return;
  VARVE_CHECK(FormatProducerSnapshot(*entries) == file);
  constexpr int64_t kNowMs = 1'700'000'000'000;
  constexpr int64_t kDayMs = 86'400'000;
  ProducerState state = ProducerState::Restore(*entries, kNowMs, kDayMs);
  VARVE_CHECK(state.producers().size() <= entries->size());
  state.Shrink(1);
  VARVE_CHECK(state.producers().size() <= 1 || state.first_unstable().has_value());
}

void TryTxnIndex(Bytes bytes) {
  const auto entries = ParseTxnIndex(bytes, 0, 1 << 30);
  if (!entries.ok()) return;
  VARVE_CHECK(entries->size() * sizeof(TxnIndexEntry) == bytes.size());
  std::vector<AbortedTransaction> found;
  CollectAborted(*entries, 0, 1 << 30, found);
  VARVE_CHECK(found.size() <= entries->size());
}

void TryManifest(std::string_view body) {
  const auto manifest = ParseManifest(fmt::format("{}crc {:08x}\n", body, Crc32c(AsBytes(body))));
  if (!manifest.ok()) return;
  const std::string text = FormatManifest(*manifest);
  const auto again = ParseManifest(text);
  VARVE_CHECK(again.ok() && FormatManifest(*again) == text);
}

// Each line of `lines` gets its checksum.
void TryChanges(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    text += FormatChange(line);
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
  }
  const auto list = ParseChanges(text);
  if (!list.ok()) return;
  const auto again = ParseChanges(FormatChanges(*list));
  VARVE_CHECK(again.ok() && *again == *list);
}

}  // namespace
}  // namespace varve::log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const varve::Bytes bytes = std::as_bytes(std::span(data, size));
  varve::log::TrySnapshot(bytes);
  varve::log::TryTxnIndex(bytes);
  varve::log::TryManifest(varve::AsText(bytes));
  varve::log::TryChanges(varve::AsText(bytes));
  return 0;
}
