#pragma once

#include <absl/container/btree_map.h>
#include <absl/status/status.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/record/batch.h"
#include "engine/record/record.h"
#include "server/coordinator/calls.h"
#include "server/coordinator/consumer/records.h"
#include "server/coordinator/group_offsets.h"

namespace varve::coordinator {

// What a log of __consumer_offsets says, read from its start: the last word on each key.
//
//   GroupReplay replay;
//   RETURN_IF_ERROR(replay.Add(batches));    // as often as there are some, in order
//   for (auto& [id, stored] : replay.groups()) ...
//
// Offsets inside of a transaction count once its marker says that it was committed. Records of
// other kinds of groups, and those that nobody can read, are passed over and counted.
//
// Errors    DataLoss: the bytes are not whole batches, or a checksum is wrong.
class GroupReplay {
 public:
  struct Stored {
    std::optional<GroupRecord> record{};  // of a classic group
    StoredConsumerGroup consumers{};      // of one of the newer protocol
    GroupOffsets offsets{};
  };
  using Groups = absl::btree_map<std::string, Stored, std::less<>>;

  absl::Status Add(Bytes batches);

  // Without groups of which nothing is left.
  Groups Take();
  int64_t next_offset() const { return next_offset_; }  // behind the last batch
  size_t records() const { return records_; }
  size_t passed_over() const { return passed_over_; }
  const std::string& first_complaint() const { return first_complaint_; }

 private:
  struct Pending {
    Buffer key;
    std::optional<Buffer> value;
  };

  absl::Status AddBatch(record::BatchView batch);
  void Decide(record::BatchView marker);
  void Apply(Bytes key, record::MaybeBytes value);
  absl::Status TryApply(Bytes key, record::MaybeBytes value);
  Stored& At(std::string_view group);

  Groups groups_;
  std::map<int64_t, std::vector<Pending>> undecided_;  // by producer id
  int64_t next_offset_ = 0;
  size_t records_ = 0;
  size_t passed_over_ = 0;
  std::string first_complaint_;
};

}  // namespace varve::coordinator
