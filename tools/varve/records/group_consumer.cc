#include <utility>

#include "tools/varve/records/consumer.h"

namespace varve::cli {
namespace {

RdPartitions NewPartitions(size_t count) {
  return RdPartitions(rd_kafka_topic_partition_list_new(static_cast<int>(count)));
}

// Offsets are stored when the caller is done with the records, and librdkafka commits what is
// stored now and then, and at the end.
class GroupConsumer final : public Consumer {
 public:
  GroupConsumer(RdHandle handle, std::string topic)
      : handle_(std::move(handle)), topic_(std::move(topic)) {}

  ~GroupConsumer() override { rd_kafka_consumer_close(handle_.get()); }

  absl::Status Subscribe() {
    rd_kafka_poll_set_consumer(handle_.get());
    const RdPartitions topics = NewPartitions(1);
    rd_kafka_topic_partition_list_add(topics.get(), topic_.c_str(), RD_KAFKA_PARTITION_UA);
    return RdStatus(rd_kafka_subscribe(handle_.get(), topics.get()), "topic " + topic_);
  }

  RdMessage Poll(int timeout_ms) override {
    return RdMessage(rd_kafka_consumer_poll(handle_.get(), timeout_ms));
  }

  void Commit() override {
    if (next_.empty()) return;
    const RdPartitions offsets = NewPartitions(next_.size());
    for (const auto& [partition, offset] : next_) {
      rd_kafka_topic_partition_list_add(offsets.get(), topic_.c_str(), partition)->offset = offset;
    }
    // A partition that somebody else has by now keeps what that one commits.
    rd_kafka_offsets_store(handle_.get(), offsets.get());
    next_.clear();
  }

  // A member that has no partition is at the end of none.
  bool at_end() const override {
    rd_kafka_topic_partition_list_t* list = nullptr;
    if (rd_kafka_assignment(handle_.get(), &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    const RdPartitions assigned(list);
    for (int i = 0; i < assigned->cnt; ++i) {
      if (!ended_.contains(assigned->elems[i].partition)) return false;
    }
    return assigned->cnt > 0;
  }

  void Note(const rd_kafka_message_t& message) override {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ended_.insert(message.partition);
    } else {
      next_[message.partition] = message.offset + 1;
    }
  }

 private:
  RdHandle handle_;
  const std::string topic_;
  std::map<int32_t, int64_t> next_;  // of what came and is not committed
  std::set<int32_t> ended_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Consumer>> ReadAsMember(const Globals& globals,
                                                       const std::string& topic,
                                                       const std::string& group, bool from_end,
                                                       const std::vector<Property>& properties) {
  std::vector<Property> all{{"group.id", group},
                            {"enable.partition.eof", "true"},
                            {"enable.auto.offset.store", "false"},
                            {"auto.offset.reset", from_end ? "latest" : "earliest"}};
  all.insert(all.end(), properties.begin(), properties.end());
  ASSIGN_OR_RETURN(auto conf, MakeConf(globals, all, nullptr));
  ASSIGN_OR_RETURN(RdHandle handle, MakeHandle(RD_KAFKA_CONSUMER, std::move(conf)));
  auto consumer = std::make_unique<GroupConsumer>(std::move(handle), topic);
  RETURN_IF_ERROR(consumer->Subscribe());
  return consumer;
}

}  // namespace varve::cli
