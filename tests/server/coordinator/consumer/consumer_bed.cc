#include "tests/server/coordinator/consumer/consumer_bed.h"

#include <utility>

#include "engine/base/check.h"
#include "server/coordinator/group_records.h"

namespace varve::coordinator {

HeartbeatAnswer ConsumerBed::Send(const FakeConsumer& consumer) {
  HeartbeatCall call{.member_id = consumer.id,
                     .epoch = consumer.epoch,
                     .client_id = "app",
                     .client_host = "/host"};
  if (consumer.instance_id) call.instance_id = *consumer.instance_id;
  if (consumer.regex) call.regex = *consumer.regex;
  if (consumer.assignor) call.assignor = *consumer.assignor;
  call.rebalance_timeout_ms = consumer.rebalance_ms;
  call.topics = std::vector<std::string_view>(consumer.topics.begin(), consumer.topics.end());
  call.owned = consumer.owned;
  const HeartbeatAnswer checked = CheckHeartbeat(call, config);
  if (checked.error != wire::ErrorCode::kNone) return checked;
  HeartbeatAnswer answer = group.Heartbeat(call, now());
  Store();
  return answer;
}

HeartbeatAnswer ConsumerBed::Beat(FakeConsumer& consumer) {
  HeartbeatAnswer answer = BeatHolding(consumer);
  if (answer.assignment) consumer.owned = *answer.assignment;
  return answer;
}

HeartbeatAnswer ConsumerBed::BeatHolding(FakeConsumer& consumer) {
  HeartbeatAnswer answer = Send(consumer);
  if (answer.error == wire::ErrorCode::kNone) consumer.epoch = answer.epoch;
  return answer;
}

HeartbeatAnswer ConsumerBed::Leave(const FakeConsumer& consumer, int32_t epoch) {
  FakeConsumer leaving = consumer;
  leaving.epoch = epoch;
  return Send(leaving);
}

void ConsumerBed::Settle(std::vector<FakeConsumer*> consumers) {
  for (int round = 0; round < 6; ++round) {
    for (FakeConsumer* const each : consumers) {
      VARVE_CHECK(Beat(*each).error == wire::ErrorCode::kNone, "{} is refused", each->id);
    }
  }
}

void ConsumerBed::Pass(int64_t ms) {
  const int64_t end_ms = now_ms + ms;
  while (group.next_deadline_ms() <= end_ms) {
    now_ms = std::max(now_ms, group.next_deadline_ms());
    group.OnDeadline(now());
    Store();
  }
  now_ms = end_ms;
}

void ConsumerBed::Store() {
  ConsumerGroup::Changes changes = group.Take("g");
  for (LogRecord& record : changes.records) {
    const auto key = ReadRecordKey(record.key);
    VARVE_CHECK(key.ok() && key->kind == RecordKind::kConsumerGroup, "a key that is none");
    std::optional<Bytes> value;
    if (record.value) value = *record.value;
    VARVE_CHECK(stored.Apply(key->version, key->member, value).ok(), "a value that is none");
    records.push_back(std::move(record));
  }
}

void ConsumerBed::Reload() {
  StoredConsumerGroup copy = stored;
  group = ConsumerGroup::Restore(&config, &topics, std::move(copy), now());
}

}  // namespace varve::coordinator
