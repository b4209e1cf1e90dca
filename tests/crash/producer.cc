#include "tests/crash/producer.h"

#include <fmt/format.h>
#include <signal.h>

#include "tests/crash/client.h"
#include "tests/crash/payload.h"
#include "tests/crash/reports.h"

namespace varve::crash {
namespace {

constexpr int kPollEvery = 256;  // records
constexpr int kFullPollMs = 10;  // while librdkafka's queue is full
constexpr int kLastReportsMs = 10000;

volatile sig_atomic_t stopped = 0;

void StopAtSigterm() {
  struct sigaction action{};
  action.sa_handler = [](int) { stopped = 1; };
  sigaction(SIGTERM, &action, nullptr);
}

class Producer {
 public:
  explicit Producer(const ProduceOptions& options)
      : options_(options), reports_(options.reports), payloads_(options.seed) {}

  bool Open();
  // Until SIGTERM.
  void Run();
  // Waits for the reports of what was acknowledged; gives up what was not.
  void Finish();

 private:
  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
    static_cast<Producer*>(self)->Note(*message);
  }
  void Note(const rd_kafka_message_t& message);
  bool Send(std::span<const uint8_t> payload);

  const ProduceOptions& options_;
  ReportWriter reports_;
  PayloadMaker payloads_;
  uint64_t reported_ = 0;
  uint64_t failed_ = 0;
  ClientPtr client_;
  TopicPtr topic_;
};

bool Producer::Open() {
  if (!reports_.is_open()) return false;
  client_ = NewClient({.type = RD_KAFKA_PRODUCER,
                       .properties = {{"bootstrap.servers", options_.address},
                                      {"acks", "1"},
                                      {"retries", "0"},
                                      {"compression.codec", options_.codec}},
                       .on_delivery = OnDelivery,
                       .context = this});
  if (client_ == nullptr) return false;
  topic_.reset(rd_kafka_topic_new(client_.get(), options_.topic.c_str(), nullptr));
  return topic_ != nullptr;
}

void Producer::Note(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++failed_;
    return;
  }
  const auto* bytes = static_cast<const uint8_t*>(message.payload);
  reports_.Write({message.partition, message.offset, HashOf({bytes, message.len})});
  if (++reported_ != options_.ready) return;
  fmt::print("ready\n");
  std::fflush(stdout);
}

bool Producer::Send(std::span<const uint8_t> payload) {
  return rd_kafka_produce(topic_.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                          const_cast<uint8_t*>(payload.data()), payload.size(), nullptr, 0,
                          nullptr) == 0;
}

void Producer::Run() {
  for (uint64_t sent = 0; stopped == 0; ++sent) {
    const std::span<const uint8_t> payload = payloads_.Next();
    while (!Send(payload) && stopped == 0) rd_kafka_poll(client_.get(), kFullPollMs);
    if (sent % kPollEvery == 0) rd_kafka_poll(client_.get(), 0);
  }
}

void Producer::Finish() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_.get(), kLastReportsMs);
  fmt::print("acknowledged {} failed {}\n", reported_, failed_);
}

}  // namespace

int Produce(const ProduceOptions& options) {
  StopAtSigterm();
  Producer producer(options);
  if (!producer.Open()) return 1;
  producer.Run();
  producer.Finish();
  return 0;
}

}  // namespace varve::crash
