#include "tests/crash/checker.h"

#include <fmt/format.h>

#include "tests/crash/client.h"
#include "tests/crash/payload.h"
#include "tests/crash/reports.h"

namespace varve::crash {
namespace {

constexpr int kPatienceMs = 60000;

struct DestroyMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using MessagePtr = std::unique_ptr<rd_kafka_message_t, DestroyMessage>;

struct Figures {
  uint64_t records = 0;
  uint64_t reports = 0;
  uint64_t dropped = 0;  // by retention
  uint64_t lost = 0;
};

// The records of one partition, held against its reports.
class PartitionCheck {
 public:
  PartitionCheck(rd_kafka_t* client, rd_kafka_topic_t* topic, int32_t partition, Figures& figures)
      : client_(client), topic_(topic), partition_(partition), figures_(figures) {}

  bool Run(const std::map<int64_t, uint64_t>& reports, const CheckOptions& options);

 private:
  bool FindBounds(const std::string& topic);
  bool ReadAll();
  bool Take(const rd_kafka_message_t& message);
  bool Complain(const std::string& what) const {
    fmt::print(stderr, "partition {}: {}\n", partition_, what);
    return false;
  }

  rd_kafka_t* client_;
  rd_kafka_topic_t* topic_;
  int32_t partition_;
  Figures& figures_;
  int64_t log_start_ = 0;
  int64_t end_ = 0;
  int64_t next_ = 0;                                // the offset that comes next
  std::map<int64_t, uint64_t>::const_iterator at_;  // the report that comes next
  std::map<int64_t, uint64_t>::const_iterator last_;
};

bool PartitionCheck::FindBounds(const std::string& topic) {
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      client_, topic.c_str(), partition_, &log_start_, &end_, kPatienceMs);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR || Complain(rd_kafka_err2str(error));
}

bool PartitionCheck::Run(const std::map<int64_t, uint64_t>& reports, const CheckOptions& options) {
  if (!FindBounds(options.topic)) return false;
  next_ = options.whole ? log_start_ : reports.begin()->first;
  if (next_ < log_start_) {
    return Complain(fmt::format("starts at {}, behind the report of {}", log_start_, next_));
  }
  at_ = reports.lower_bound(next_);
  last_ = reports.end();
  figures_.dropped += static_cast<uint64_t>(std::distance(reports.begin(), at_));
  bool good = next_ >= end_ || ReadAll();
  if (!good) return false;
  const auto lost = static_cast<uint64_t>(std::distance(at_, last_));
  figures_.lost += lost;
  return lost == 0 || Complain(fmt::format("ends at {}; {} acknowledged records from offset {} on "
                                           "are lost",
                                           end_, lost, at_->first));
}

bool PartitionCheck::ReadAll() {
  if (rd_kafka_consume_start(topic_, partition_, next_) != 0) {
    return Complain(rd_kafka_err2str(rd_kafka_last_error()));
  }
  bool good = true;
  while (good && next_ < end_) {
    const MessagePtr message(rd_kafka_consume(topic_, partition_, kPatienceMs));
    good = message != nullptr ? Take(*message)
                              : Complain(fmt::format("nothing came at offset {}", next_));
  }
  rd_kafka_consume_stop(topic_, partition_);
  return good;
}

bool PartitionCheck::Take(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Complain(fmt::format("offset {}: {}", next_, rd_kafka_message_errstr(&message)));
  }
  if (message.offset != next_) {
    return Complain(fmt::format("offset {} where {} is due", message.offset, next_));
  }
  const std::span payload(static_cast<const uint8_t*>(message.payload), message.len);
  if (!IsWhole(payload)) return Complain(fmt::format("offset {}: the record is torn", next_));
  ++figures_.records;
  if (at_ != last_ && at_->first == next_) {
    if (at_->second != HashOf(payload)) {
      return Complain(fmt::format("offset {}: another payload than acknowledged", next_));
    }
    ++figures_.reports;
    ++at_;
  }
  ++next_;
  return true;
}

}  // namespace

int Check(const CheckOptions& options) {
  Reports reports;
  for (const std::string& path : options.reports) {
    if (!ReadReports(path, reports)) return 1;
  }
  const ClientPtr client =
      NewClient({.type = RD_KAFKA_CONSUMER,
                 .properties = {{"bootstrap.servers", options.address}, {"check.crcs", "true"}}});
  if (client == nullptr) return 1;
  const TopicPtr topic(rd_kafka_topic_new(client.get(), options.topic.c_str(), nullptr));
  Figures figures;
  bool good = true;
  for (const auto& [partition, of_partition] : reports) {
    good &=
        PartitionCheck(client.get(), topic.get(), partition, figures).Run(of_partition, options);
  }
  fmt::print("records {} acknowledged {} dropped {} lost {}\n", figures.records, figures.reports,
             figures.dropped, figures.lost);
  return good ? 0 : 1;
}

}  // namespace varve::crash
