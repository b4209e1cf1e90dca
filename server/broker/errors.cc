#include "server/broker/errors.h"

namespace varve::broker {

using wire::ErrorCode;

ErrorCode OfFault(log::ProducerFault fault) {
  switch (fault) {
    case log::ProducerFault::kOutOfOrderSequence:
      return ErrorCode::kOutOfOrderSequenceNumber;
    case log::ProducerFault::kInvalidEpoch:
      return ErrorCode::kInvalidProducerEpoch;
    case log::ProducerFault::kInvalidTxnState:
    case log::ProducerFault::kTooManyProducers:
      return ErrorCode::kInvalidTxnState;
    case log::ProducerFault::kCoordinatorFenced:
      return ErrorCode::kTransactionCoordinatorFenced;
  }
  return ErrorCode::kUnknownServerError;
}

ErrorCode OfAppend(const absl::Status& status) {
  if (const auto fault = log::ProducerFaultOf(status)) return OfFault(*fault);
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ErrorCode::kNone;
    case absl::StatusCode::kOutOfRange:
      return ErrorCode::kRecordListTooLarge;
    case absl::StatusCode::kCancelled:
      return ErrorCode::kNotLeaderOrFollower;
    default:
      return ErrorCode::kKafkaStorageError;
  }
}

// As Kafka's coordinators: a client comes again, except with what can never be written.
ErrorCode OfCoordinatorAppend(const absl::Status& status) {
  switch (OfAppend(status)) {
    case ErrorCode::kNone:
      return ErrorCode::kNone;
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kKafkaStorageError:
      return ErrorCode::kNotCoordinator;
    default:
      return ErrorCode::kUnknownServerError;
  }
}

ErrorCode OfRead(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ErrorCode::kNone;
    case absl::StatusCode::kOutOfRange:
      return ErrorCode::kOffsetOutOfRange;
    case absl::StatusCode::kDataLoss:
      return ErrorCode::kCorruptMessage;
    case absl::StatusCode::kCancelled:
      return ErrorCode::kNotLeaderOrFollower;
    default:
      return ErrorCode::kKafkaStorageError;
  }
}

ErrorCode OfMissing(const Shard& shard, const PartitionKey& key) {
  return shard.IsLeftOut(key) ? ErrorCode::kKafkaStorageError : ErrorCode::kNotLeaderOrFollower;
}

ErrorCode OfFault(record::BatchFault fault) {
  switch (fault) {
    case record::BatchFault::kNone:
      return ErrorCode::kNone;
    case record::BatchFault::kTooShort:
    case record::BatchFault::kBadCrc:
      return ErrorCode::kCorruptMessage;
    case record::BatchFault::kSizeMismatch:
    case record::BatchFault::kOldMagic:
    case record::BatchFault::kUnknownMagic:
    case record::BatchFault::kBadAttributes:
    case record::BatchFault::kBadOffset:
    case record::BatchFault::kBadCount:
    case record::BatchFault::kBadProducer:
      return ErrorCode::kInvalidRecord;
  }
  return ErrorCode::kInvalidRecord;
}

ErrorCode OfFault(record::RecordFault fault) {
  return fault == record::RecordFault::kNone ? ErrorCode::kNone : ErrorCode::kInvalidRecord;
}

}  // namespace varve::broker
