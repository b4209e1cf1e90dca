#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/record/record.h"

namespace varve::dump {

// What the records of a log mean.
enum class Decode { kNone, kOffsets, kTransactions, kMetadata };

// By the name of the directory that a file lies in: __consumer_offsets-0 and the like.
Decode DecodeByPath(const std::string& path);

// A record as its topic means it: JSON values, absent where the record has null.
struct Decoded {
  std::string_view kind;  // of the record: "OffsetCommit", "TopicRecord", ...
  std::optional<std::string> key;
  std::optional<std::string> value;
};

// InvalidArgument: it is no record of such a topic, or of a kind or version that nobody knows.
// Requires: decode is not kNone.
absl::StatusOr<Decoded> DecodeRecord(Decode decode, const record::RecordView& record);

// A record of a control batch: end of a transaction, change of a leader, and the like.
absl::StatusOr<Decoded> DecodeControl(const record::RecordView& record);

// The type in the key of a control record: 0 abort, 1 commit, 2 to 6 those of KRaft. Nothing: the
// key is none.
std::optional<int16_t> ControlType(const record::RecordView& record);
inline constexpr int16_t kAbortMarker = 0;
inline constexpr int16_t kCommitMarker = 1;

}  // namespace varve::dump
