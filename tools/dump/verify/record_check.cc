#include "tools/dump/verify/record_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/record/batch.h"
#include "engine/record/record.h"
#include "tools/dump/decode/decoder.h"

namespace varve::dump {
namespace {

using record::BatchView;
using record::RecordView;

class RecordChecker {
 public:
  RecordChecker(BatchView batch, const std::string& file, uint64_t position, Findings& findings)
      : batch_(batch), file_(file), position_(position), findings_(findings) {}

  void Run(size_t memory_bytes) {
    if (static_cast<int>(batch_.codec()) >= record::kCodecCount) {
      return Fault(
          fmt::format("compression codec {} does not exist", static_cast<int>(batch_.codec())));
    }
    const auto plain = record::PlainRecords::Open(batch_, memory_bytes);
    if (absl::IsResourceExhausted(plain.status())) {
      return findings_.Note(file_, position_,
                            fmt::format("records not looked into: {}; raise --memory",
                                        std::string(plain.status().message())));
    }
    if (!plain.ok()) return Fault(std::string(plain.status().message()));
    if (batch_.is_control()) CheckControlBatch();
    Walk(plain->bytes());
  }

 private:
  void Fault(std::string what) { findings_.Fault(file_, position_, std::move(what)); }

  void Walk(Bytes records) {
    record::RecordIterator iterator(batch_, records);
    for (RecordView record; iterator.Next(record);) OnRecord(record, iterator.index() - 1);
    if (!iterator.status().ok()) return Fault(std::string(iterator.status().message()));
    CheckTime();
  }

  void OnRecord(const RecordView& record, int32_t index) {
    if (record.offset_delta <= last_delta_ || record.offset_delta > batch_.last_offset_delta()) {
      Fault(fmt::format("record {} has offset delta {}, the one before {}, the last may have {}",
                        index, record.offset_delta, last_delta_, batch_.last_offset_delta()));
    }
    last_delta_ = record.offset_delta;
    newest_ = std::max(newest_, record.timestamp);
    if (!batch_.is_control()) return;
    const auto decoded = DecodeControl(record);
    if (!decoded.ok()) Fault(std::string(decoded.status().message()));
  }

  void CheckControlBatch() {
    if (batch_.is_compressed()) Fault("a control batch is compressed");
    if (batch_.is_transactional() && !batch_.has_producer_id()) {
      Fault("a marker that names no producer");
    }
  }

  // Clients may send a time that is not the largest; lookups and retention go by the header.
  void CheckTime() {
    const bool stamped = batch_.timestamp_type() == record::TimestampType::kLogAppendTime;
    if (batch_.record_count() == 0 || stamped || newest_ == batch_.max_timestamp()) return;
    findings_.Note(file_, position_,
                   fmt::format("the header says that the largest timestamp is {}, the records say "
                               "{}: lookups by time and retention go by the header",
                               batch_.max_timestamp(), newest_));
  }

  BatchView batch_;
  const std::string& file_;
  const uint64_t position_;
  Findings& findings_;
  int32_t last_delta_ = -1;
  int64_t newest_ = record::kNoTimestamp;
};

}  // namespace

void CheckBatchRecords(Bytes batch, const std::string& file, uint64_t position, size_t memory_bytes,
                       Findings& findings) {
  RecordChecker(BatchView(batch), file, position, findings).Run(memory_bytes);
}

}  // namespace varve::dump
