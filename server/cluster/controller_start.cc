#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "server/cluster/controller.h"
#include "server/cluster/feature_levels.h"
#include "server/cluster/record_types.h"
#include "server/wire/broker_records.h"

// How a controller begins: from the log that it finds, or from nothing.
namespace varve::cluster {
namespace {

// Replay: each record goes into the image.
class EditorSink : public RecordSink {
 public:
  explicit EditorSink(ImageEditor& editor) : editor_(editor) {}
  absl::Status OnRecord(const wire::MetadataRecord& record) override {
    empty_ = false;
    return editor_.Apply(record.record);
  }
  bool empty() const { return empty_; }

 private:
  ImageEditor& editor_;
  bool empty_ = true;
};

std::vector<wire::RegisterBrokerRecord::Endpoint> EndpointsOf(const config::Listeners& listeners) {
  std::vector<wire::RegisterBrokerRecord::Endpoint> endpoints;
  for (const config::Endpoint& endpoint : listeners.advertised) {
    auto& out = endpoints.emplace_back();
    out.name = endpoint.name;
    out.host = endpoint.host;
    out.port = endpoint.port;
  }
  return endpoints;
}

// One that ends what Kafka did not: the envelope's version, type, version 0, no tagged fields.
Buffer AbortTransactionValue() {
  return {std::byte{wire::kMetadataFrameVersion}, std::byte{kAbortTransaction}, {}, {}};
}

bool Contains(const std::vector<int32_t>& nodes, int32_t node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

Controller::Controller(Env env)
    : env_(std::move(env)),
      rules_{env_.config, env_.directories},
      placement_{Spread(static_cast<size_t>(env_.shards)), Spread(env_.directories.size())},
      turn_(env_.loop, 1),
      gate_(env_.loop) {
  VARVE_CHECK(env_.shards > 0 && !env_.directories.empty());
}

Controller::~Controller() = default;

io::Task<absl::StatusOr<std::unique_ptr<Controller>>> Controller::Open(Env env) {
  std::unique_ptr<Controller> controller(new Controller(std::move(env)));
  CO_RETURN_IF_ERROR(co_await controller->Load());
  absl::Status started = co_await controller->Start();
  if (started.ok()) started = co_await controller->TakeOver();
  if (started.ok()) co_return std::move(controller);
  IgnoreError(co_await controller->Close());  // there is a worse error
  co_return started;
}

// What the log says becomes the first image.
io::Task<absl::Status> Controller::Load() {
  Image::Facts facts;
  facts.cluster_id = env_.cluster_id;
  facts.node_id = env_.node_id;
  facts.metadata_version = kLevelOldest;
  facts.live = std::make_shared<const LiveConfig>(env_.config);
  ImageEditor editor(std::make_shared<Image>(std::move(facts), TopicTable()), rules_, placement_);
  EditorSink sink(editor);
  CO_ASSIGN_OR_RETURN(log_,
                      co_await MetadataLog::Open(
                          {env_.loop, env_.files, env_.metadata_directory, env_.node_id}, sink));
  notes_ = log_->notes();
  new_log_ = sink.empty();
  Adopt(editor.Build(log_->end()), editor);
  last_broker_epoch_ = image_->broker_epoch();
  for (const TopicRef& topic : image_->topics()) collisions_.Add(topic->name);
  co_return absl::OkStatus();
}

// What each start adds: a level if there is none, and this run of the broker.
RecordBatch Controller::StartRecords() const {
  RecordBatch records;
  if (log_->in_transaction()) records.AddValue(AbortTransactionValue());
  int16_t level = image_->metadata_version();
  if (new_log_) {
    level = kLevelOfNewLogs;
    records.Add(wire::FeatureLevelRecord{kMetadataVersion, level});
  }
  const config::BrokerSettings& settings = env_.config.settings();
  wire::RegisterBrokerRecord broker;
  broker.broker_id = env_.node_id;
  broker.incarnation_id = env_.loop.random().NewId();
  // Kafka's rule: the offset of the record that registers it.
  broker.broker_epoch = log_->end() + static_cast<int64_t>(records.values().size());
  broker.endpoints = EndpointsOf(settings.listeners);
  broker.features = {{kMetadataVersion, kLevelLeast, kLevelMost}};
  if (!settings.rack.empty()) broker.rack = settings.rack;
  broker.fenced = false;
  broker.log_dirs = env_.directories;
  records.Add(broker, RegisterBrokerVersion(level));
  return records;
}

io::Task<absl::Status> Controller::Start() {
  CO_RETURN_IF_ERROR(co_await log_->BeginEpoch());
  const RecordBatch records = StartRecords();
  int64_t version = 0;
  CO_RETURN_IF_ERROR(co_await Append(records, version));
  ImageEditor editor(image_, rules_, placement_);
  for (const Buffer& value : records.values()) {
    CO_ASSIGN_OR_RETURN(const wire::MetadataRecord record, wire::DecodeMetadataRecord(value));
    CO_RETURN_IF_ERROR(editor.Apply(record.record));
  }
  Adopt(editor.Build(version), editor);
  co_return absl::OkStatus();
}

// Kafka takes the leaders away from a broker that stops. Those of this one are named again, for
// there is nobody else.
io::Task<absl::Status> Controller::TakeOver() {
  std::vector<log::TopicPartition> ours;
  size_t elsewhere = 0;
  for (const TopicRef& topic : image_->topics()) {
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      const PartitionState& state = topic->partitions[i];
      if (state.leader == env_.node_id) continue;
      if (Contains(state.isr, env_.node_id) || Contains(state.eligible, env_.node_id)) {
        ours.push_back({topic->name, static_cast<int32_t>(i)});
      } else {
        ++elsewhere;
      }
    }
  }
  if (elsewhere > 0) {
    notes_.push_back(fmt::format(
        "{} partitions have no replica here that is in sync: they are not served", elsewhere));
  }
  co_return co_await BeginLeaderEpochs(std::move(ours));
}

}  // namespace varve::cluster
