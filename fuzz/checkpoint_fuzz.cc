#include <algorithm>
#include <span>
#include <string>

#include "engine/base/check.h"
#include "engine/log/checkpoint.h"
#include "engine/log/file_names.h"
#include "engine/log/leader_epochs.h"

// Text as a directory may hold it: checkpoints, epochs, partition.metadata and names. What is
// accepted comes out the same when it is written and read again.
namespace varve::log {
namespace {

void TryCheckpoints(std::string_view text) {
  if (const auto offsets = ParseOffsets(text); offsets.ok()) {
    const auto again = ParseOffsets(FormatOffsets(*offsets));
    VARVE_CHECK(again.ok() && *again == *offsets);
  }
  if (const auto id = ParsePartitionMetadata(text); id.ok()) {
    const auto again = ParsePartitionMetadata(FormatPartitionMetadata(*id));
    VARVE_CHECK(again.ok() && *again == *id);
  }
}

void TryEpochs(std::string_view text) {
  auto epochs = ParseEpochs(text);
  if (!epochs.ok()) return;
  const auto again = ParseEpochs(FormatEpochs(*epochs));
  VARVE_CHECK(again.ok() && *again == *epochs);
  LeaderEpochs cache(*epochs);
  if (epochs->empty()) return;
  const EpochStart middle = (*epochs)[epochs->size() / 2];
  VARVE_CHECK(cache.EpochAt(middle.start_offset) == middle.epoch);
  cache.TruncateFromStart(middle.start_offset);
  cache.Assign(middle.epoch, middle.start_offset);
  cache.TruncateFromEnd(middle.start_offset);
  VARVE_CHECK(ParseEpochs(FormatEpochs(cache.entries())).ok());
}

void TryNames(std::string_view text) {
  if (const auto file = ParseFileName(text)) {
    VARVE_CHECK(FileName(file->base_offset, file->kind, file->state) == text);
  }
  const auto partition = ParseDirectoryName(text);
  if (!partition || partition->state != PartitionName::State::kLive) return;
  const std::string name = DirectoryName(partition->topic, partition->partition);
  VARVE_CHECK(ParseDirectoryName(name) == partition, "{}", name);
}

}  // namespace
}  // namespace varve::log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = varve::AsText(std::as_bytes(std::span(data, size)));
  varve::log::TryCheckpoints(text);
  varve::log::TryEpochs(text);
  varve::log::TryNames(text);
  return 0;
}
