#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/loop.h"
#include "engine/io/task.h"
#include "engine/io/timer_wheel.h"
#include "server/coordinator/consumer/calls.h"
#include "server/coordinator/consumer/group.h"
#include "server/coordinator/consumer/topics.h"
#include "server/coordinator/record_writer.h"
#include "server/coordinator/subscription.h"
#include "server/coordinator/text_hash.h"
#include "server/wire/error.h"

namespace varve::coordinator {

// The groups of the newer protocol of one partition of __consumer_offsets: their calls, timers and
// records. A GroupCoordinator has one, and the classic groups and all offsets beside it.
//
// Lifetime  What Env refers to outlives it. The writer is closed before its destructor.
// Threads   One loop.
// Errors    As clients are to be told.
class ConsumerGroups {
 public:
  struct Env {
    io::Loop& loop;
    RecordWriter& writer;
    const ConsumerConfig& config;
    const TopicCatalog& topics;
  };
  explicit ConsumerGroups(const Env& env) : env_(env) {}

  // Nullptr if there is none.
  const ConsumerGroup* Find(std::string_view group_id) const;
  bool Has(std::string_view group_id) const { return Find(group_id) != nullptr; }
  bool HasEmpty(std::string_view group_id) const;
  // In the order of their ids.
  void ForEach(const std::function<void(const std::string&, const ConsumerGroup&)>& function) const;

  // A group that is not there yet is made for who joins: the caller has made sure that it may be.
  // What the answer tells is in the log. Beside the group's errors: kGroupIdNotFound, and those of
  // writing to the log.
  io::Task<void> Heartbeat(std::string_view group_id, HeartbeatCall call, HeartbeatAnswer& answer);

  void Adopt(const std::string& group_id, StoredConsumerGroup stored, Now now);
  // Takes a group without members away: what ends it in the log is in `records`.
  struct Taken {
    std::unique_ptr<ConsumerGroup> group{};  // null: there was none
    std::vector<LogRecord> records{};
  };
  Taken Take(std::string_view group_id);
  // That could not be written: the group is there again, unless there is a new one.
  void PutBack(const std::string& group_id, Taken taken);
  void Clear() { groups_.clear(); }

 private:
  // A group, and its one timer.
  struct Entry : io::Timer {
    Entry(ConsumerGroups& groups, std::string group_id, std::unique_ptr<ConsumerGroup> state,
          uint64_t number)
        : Timer(&Entry::Fire),
          owner(groups),
          id(std::move(group_id)),
          group(std::move(state)),
          serial(number) {}
    static void Fire(io::Timer& timer);

    ConsumerGroups& owner;
    const std::string id;
    std::unique_ptr<ConsumerGroup> group;
    const uint64_t serial;  // a later group of the same id has another
    size_t writing = 0;     // changes that are on their way to the log
  };

  Now TimeNow() const;
  Entry* FindEntry(std::string_view group_id) const;
  Entry* FindEntry(std::string_view group_id, uint64_t serial) const;
  Entry& AddEntry(const std::string& group_id, std::unique_ptr<ConsumerGroup> group);
  std::unique_ptr<ConsumerGroup> NewGroup() const;
  void SetTimer(Entry& entry);
  void OnDeadline(Entry& entry);
  void Store(Entry& entry, const std::function<void(wire::ErrorCode)>& then);
  io::Task<wire::ErrorCode> StoreAndWait(Entry& entry);

  const Env env_;
  // By the entries' own ids: a heartbeat costs the same however many there are.
  absl::flat_hash_map<std::string_view, std::unique_ptr<Entry>, TextHash, std::equal_to<>> groups_;
  uint64_t last_serial_ = 0;
};

}  // namespace varve::coordinator
