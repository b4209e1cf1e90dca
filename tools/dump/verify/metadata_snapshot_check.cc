#include "tools/dump/verify/metadata_snapshot_check.h"

#include <fmt/format.h>

#include "engine/base/status.h"
#include "engine/record/end_marker.h"
#include "engine/record/validate.h"
#include "tools/dump/batch_walk.h"
#include "tools/dump/decode/decoder.h"
#include "tools/dump/verify/record_check.h"

namespace varve::dump {
namespace {

using record::BatchView;

constexpr int16_t kNoControl = -1;
constexpr auto kHeader = static_cast<int16_t>(record::ControlType::kSnapshotHeader);
constexpr auto kFooter = static_cast<int16_t>(record::ControlType::kSnapshotFooter);

// The type of the first record of a control batch.
int16_t TypeOf(Bytes bytes) {
  const BatchView batch(bytes);
  if (!batch.is_control() || batch.is_compressed()) return kNoControl;
  record::RecordIterator iterator(batch, batch.records());
  record::RecordView record;
  return iterator.Next(record) ? ControlType(record).value_or(kNoControl) : kNoControl;
}

std::string Wrong(const Step& step) {
  if (step.kind != Step::Kind::kBatch) return fmt::format("{} bytes that are no batch", step.size);
  if (step.crc_ok) return record::CheckStoredHeader(step.view()).message;
  return fmt::format("checksum {:#010x} expected, the bytes have {:#010x}", step.view().crc(),
                     step.crc_found);
}

}  // namespace

absl::Status CheckMetadataSnapshot(const std::string& path, size_t memory_bytes,
                                   Findings& findings) {
  ASSIGN_OR_RETURN(const auto file, InputFile::Open(path));
  BatchWalk walk(*file);
  bool first = true;
  int16_t type = kNoControl;
  while (true) {
    ASSIGN_OR_RETURN(const Step step, walk.Next());
    if (step.kind == Step::Kind::kEnd) break;
    type = kNoControl;
    if (std::string wrong = Wrong(step); !wrong.empty()) {
      findings.Fault(path, step.position, std::move(wrong));
    } else {
      ASSIGN_OR_RETURN(const Bytes whole, walk.Whole(step, memory_bytes));
      CheckBatchRecords(whole, path, step.position, memory_bytes, findings);
      type = TypeOf(whole);
    }
    if (first && type != kHeader) {
      findings.Fault(path, 0, "does not begin with a snapshot's header record");
    }
    first = false;
  }
  if (type != kFooter) {
    findings.Fault(path, file->size(), "does not end with a snapshot's footer record");
  }
  return absl::OkStatus();
}

}  // namespace varve::dump
