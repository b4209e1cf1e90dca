#include <fmt/format.h>

#include <deque>
#include <utility>

#include "tools/varve/records/consumer.h"

namespace varve::cli {
namespace {

struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
struct QueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};

class PartitionConsumer final : public Consumer {
 public:
  PartitionConsumer(RdHandle handle, const std::string& topic, std::vector<PartitionPlan> plan)
      : handle_(std::move(handle)),
        topic_(rd_kafka_topic_new(handle_.get(), topic.c_str(), nullptr)),
        queue_(rd_kafka_queue_new(handle_.get())),
        plan_(std::move(plan)) {}

  ~PartitionConsumer() override {
    taken_.clear();
    for (const int32_t partition : started_) rd_kafka_consume_stop(topic_.get(), partition);
  }

  absl::Status Start() {
    for (const PartitionPlan& one : plan_) {
      if (one.start < one.end) unread_.emplace(one.partition, one.end);
      if (rd_kafka_consume_start_queue(topic_.get(), one.partition, one.start, queue_.get()) != 0) {
        return RdStatus(rd_kafka_last_error(), fmt::format("partition {}", one.partition));
      }
      started_.push_back(one.partition);
    }
    return absl::OkStatus();
  }

  // What is there is taken many at a time: each visit to the queue is one that its other side
  // may have to wait for.
  RdMessage Poll(int timeout_ms) override {
    if (taken_.empty()) {
      rd_kafka_poll(handle_.get(), 0);  // for errors of the connection
      if (timeout_ms > 0) return RdMessage(rd_kafka_consume_queue(queue_.get(), timeout_ms));
      Take();
      if (taken_.empty()) return nullptr;
    }
    RdMessage message = std::move(taken_.front());
    taken_.pop_front();
    return message;
  }
  void Commit() override {}
  bool at_end() const override { return unread_.empty(); }

  void Note(const rd_kafka_message_t& message) override {
    const auto found = unread_.find(message.partition);
    if (found == unread_.end()) return;
    const bool ended = message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (ended || message.offset + 1 >= found->second) unread_.erase(found);
  }

 private:
  void Take() {
    rd_kafka_message_t* messages[kTakenMax];
    const ssize_t count =
        rd_kafka_consume_batch_queue(queue_.get(), /*timeout_ms=*/0, messages, kTakenMax);
    for (ssize_t i = 0; i < count; ++i) taken_.emplace_back(messages[i]);
  }

  static constexpr size_t kTakenMax = 1000;

  RdHandle handle_;
  std::unique_ptr<rd_kafka_topic_t, TopicDeleter> topic_;
  std::unique_ptr<rd_kafka_queue_t, QueueDeleter> queue_;
  std::vector<PartitionPlan> plan_;
  std::vector<int32_t> started_;
  std::deque<RdMessage> taken_;
  std::map<int32_t, int64_t> unread_;  // ends of the partitions that are not read to there
};

}  // namespace

absl::StatusOr<std::unique_ptr<Consumer>> ReadPartitions(const Globals& globals,
                                                         const std::string& topic,
                                                         std::vector<PartitionPlan> plan,
                                                         const std::vector<Property>& properties) {
  // What retention takes meanwhile is not there to be read.
  std::vector<Property> all{{"enable.partition.eof", "true"}, {"auto.offset.reset", "earliest"}};
  all.insert(all.end(), properties.begin(), properties.end());
  ASSIGN_OR_RETURN(auto conf, MakeConf(globals, all, nullptr));
  ASSIGN_OR_RETURN(RdHandle handle, MakeHandle(RD_KAFKA_CONSUMER, std::move(conf)));
  auto consumer = std::make_unique<PartitionConsumer>(std::move(handle), topic, std::move(plan));
  RETURN_IF_ERROR(consumer->Start());
  return consumer;
}

}  // namespace varve::cli
