#include "server/cluster/controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace varve::cluster {
namespace {

using wire::ErrorCode;

// A batch of the metadata log has room for more.
constexpr size_t kEpochsPerBatch = 50'000;

// What a failed change means to whoever asked for it.
ErrorCode CodeOf(const absl::Status& status) {
  return absl::IsUnavailable(status) ? ErrorCode::kRequestTimedOut : ErrorCode::kKafkaStorageError;
}

template <typename Result>
void Fail(const absl::Status& status, Result& result) {
  result.error = CodeOf(status);
  result.message = std::string(status.message());
}

// Lets every entry fail that has not failed by itself.
template <typename Result>
void FailRest(const absl::Status& status, std::vector<Result>& results) {
  for (Result& result : results) {
    if (result.error == ErrorCode::kNone) Fail(status, result);
  }
}

template <typename Result>
void Set(Verdict verdict, Result& result) {
  result.error = verdict.error;
  result.message = std::move(verdict.message);
}

// An answer for each entry, with the names; those that come twice are refused.
template <typename Result>
std::vector<Result> ResultsFor(const std::vector<std::string>& names) {
  std::map<std::string_view, int> times;
  for (const std::string& name : names) ++times[name];
  std::vector<Result> results(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    results[i].name = names[i];
    if (names[i].empty() || times[names[i]] == 1) continue;
    Set({ErrorCode::kInvalidRequest, fmt::format("{} is named more than once", names[i])},
        results[i]);
  }
  return results;
}

template <typename Entry>
std::vector<std::string> NamesOf(const std::vector<Entry>& entries, std::string Entry::* name) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const Entry& entry : entries) names.push_back(entry.*name);
  return names;
}

// "topic t", "all brokers": one label for one resource.
std::vector<std::string> LabelsOf(const std::vector<ConfigChange>& changes) {
  std::vector<std::string> labels;
  labels.reserve(changes.size());
  for (const ConfigChange& change : changes) {
    const std::string& name = change.name;
    switch (change.type) {
      case wire::ConfigResource::kTopic:
        labels.push_back(fmt::format("topic {}", name));
        break;
      case wire::ConfigResource::kBroker:
        labels.push_back(name.empty() ? "all brokers" : fmt::format("broker {}", name));
        break;
      default:
        labels.push_back(
            fmt::format("resource {} of type {}", name, static_cast<int>(change.type)));
    }
  }
  return labels;
}

}  // namespace

io::Task<absl::Status> Controller::TakeTurn() {
  if (waiting_ >= kWaitingMax || !gate_.Enter()) {
    co_return absl::UnavailableError(gate_.closing() ? "the broker is stopping"
                                                     : "too many changes are waiting");
  }
  ++waiting_;
  co_await turn_.Take();
  --waiting_;
  if (failed_.ok()) co_return absl::OkStatus();
  EndTurn();
  co_return failed_;
}

void Controller::EndTurn() {
  turn_.Give();
  gate_.Leave();
}

Draft Controller::NewDraft() {
  return Draft({image_, rules_, placement_, collisions_, env_.loop.random()});
}

io::Task<absl::Status> Controller::Append(const RecordBatch& records, int64_t& version) {
  const absl::StatusOr<int64_t> end = co_await log_->Append(records);
  if (end.ok()) {
    version = *end;
    co_return absl::OkStatus();
  }
  const bool nothing_written =
      absl::IsResourceExhausted(end.status()) || absl::IsInvalidArgument(end.status());
  if (!nothing_written) failed_ = end.status();
  co_return end.status();
}

void Controller::Adopt(ImageRef image, const ImageEditor& editor) {
  image_ = std::move(image);
  placement_ = editor.placement();
}

// Makes the change durable, and then known.
io::Task<absl::Status> Controller::Commit(Draft& draft) {
  if (draft.records().empty()) co_return absl::OkStatus();
  int64_t version = 0;
  CO_RETURN_IF_ERROR(co_await Append(draft.records(), version));
  Adopt(draft.editor().Build(version), draft.editor());
  for (const std::string& name : draft.deleted()) collisions_.Remove(name);
  for (const std::string& name : draft.created()) collisions_.Add(name);
  if (listener_ == nullptr) co_return absl::OkStatus();
  co_return co_await listener_->OnImage(image_);
}

void Controller::FillCreated(const Image& image, bool validate_only,
                             std::vector<TopicResult>& results) const {
  for (TopicResult& result : results) {
    if (result.error != ErrorCode::kNone) continue;
    result.topic = image.FindRef(result.name);
    VARVE_CHECK(result.topic != nullptr, "{}", result.name);
    if (!validate_only) result.id = result.topic->id;
    result.partitions = static_cast<int32_t>(result.topic->partitions.size());
    result.replication_factor = result.topic->replication_factor();
  }
}

io::Task<std::vector<TopicResult>> Controller::CreateTopics(std::vector<NewTopic> topics,
                                                            bool validate_only) {
  auto results = ResultsFor<TopicResult>(NamesOf(topics, &NewTopic::name));
  const absl::Status turn = co_await TakeTurn();
  if (!turn.ok()) {
    FailRest(turn, results);
    co_return results;
  }
  Draft draft = NewDraft();
  for (size_t i = 0; i < topics.size(); ++i) {
    if (results[i].error == ErrorCode::kNone) Set(draft.Create(topics[i]), results[i]);
  }
  if (validate_only) {
    FillCreated(*draft.editor().Build(image_->version()), validate_only, results);
  } else {
    const absl::Status committed = co_await Commit(draft);
    if (!committed.ok()) FailRest(committed, results);
    FillCreated(*image_, validate_only, results);
  }
  EndTurn();
  co_return results;
}

io::Task<std::vector<DeleteResult>> Controller::DeleteTopics(std::vector<TopicKey> topics) {
  auto results = ResultsFor<DeleteResult>(NamesOf(topics, &TopicKey::name));
  for (size_t i = 0; i < topics.size(); ++i) {
    results[i].id = topics[i].id;
    if (env_.config.settings().delete_topics) continue;
    Set({ErrorCode::kTopicDeletionDisabled, "delete.topic.enable is false"}, results[i]);
  }
  const absl::Status turn = co_await TakeTurn();
  if (!turn.ok()) {
    FailRest(turn, results);
    co_return results;
  }
  Draft draft = NewDraft();
  for (size_t i = 0; i < topics.size(); ++i) {
    if (results[i].error != ErrorCode::kNone) continue;
    Set(draft.Delete(topics[i]), results[i]);
    results[i].name = topics[i].name;
    results[i].id = topics[i].id;
  }
  const absl::Status committed = co_await Commit(draft);
  if (!committed.ok()) FailRest(committed, results);
  EndTurn();
  co_return results;
}

template <typename Change, typename Result>
io::Task<void> Controller::ApplyEach(Verdict (Draft::*apply)(const Change&),
                                     const std::vector<Change>& changes, bool validate_only,
                                     std::vector<Result>& results) {
  const absl::Status turn = co_await TakeTurn();
  if (!turn.ok()) {
    FailRest(turn, results);
    co_return;
  }
  Draft draft = NewDraft();
  for (size_t i = 0; i < changes.size(); ++i) {
    if (results[i].error == ErrorCode::kNone) Set((draft.*apply)(changes[i]), results[i]);
  }
  if (!validate_only) {
    const absl::Status committed = co_await Commit(draft);
    if (!committed.ok()) FailRest(committed, results);
  }
  EndTurn();
}

io::Task<std::vector<PartitionsResult>> Controller::CreatePartitions(
    std::vector<MorePartitions> requests, bool validate_only) {
  auto results = ResultsFor<PartitionsResult>(NamesOf(requests, &MorePartitions::topic));
  co_await ApplyEach(&Draft::AddPartitions, requests, validate_only, results);
  co_return results;
}

io::Task<std::vector<ConfigResult>> Controller::AlterConfigs(std::vector<ConfigChange> changes,
                                                             bool validate_only) {
  auto results = ResultsFor<ConfigResult>(LabelsOf(changes));
  co_await ApplyEach(&Draft::Alter, changes, validate_only, results);
  co_return results;
}

io::Task<absl::Status> Controller::BeginLeaderEpochs(std::vector<log::TopicPartition> partitions) {
  const absl::Status turn = co_await TakeTurn();
  if (!turn.ok()) co_return turn;
  absl::Status status = CheckExist(partitions);
  for (size_t from = 0; status.ok() && from < partitions.size(); from += kEpochsPerBatch) {
    Draft draft = NewDraft();
    const size_t end = std::min(from + kEpochsPerBatch, partitions.size());
    for (size_t i = from; i < end; ++i) {
      draft.BeginLeaderEpoch(partitions[i].topic, partitions[i].partition);
    }
    status = co_await Commit(draft);
  }
  EndTurn();
  co_return status;
}

io::Task<absl::StatusOr<ProducerIdBlock>> Controller::TakeProducerIds() {
  CO_RETURN_IF_ERROR(co_await TakeTurn());
  Draft draft = NewDraft();
  ProducerIdBlock block;
  const Verdict verdict = draft.TakeProducerIds(block);
  absl::Status status = absl::ResourceExhaustedError(verdict.message);
  if (verdict.ok()) status = co_await Commit(draft);
  EndTurn();
  if (!status.ok()) co_return status;
  co_return block;
}

absl::Status Controller::CheckExist(const std::vector<log::TopicPartition>& partitions) const {
  for (const log::TopicPartition& each : partitions) {
    if (image_->FindPartition(each.topic, each.partition) != nullptr) continue;
    return absl::NotFoundError(
        fmt::format("there is no partition {}-{}", each.topic, each.partition));
  }
  return absl::OkStatus();
}

io::Task<absl::Status> Controller::Close() {
  co_await gate_.Close();
  if (log_ == nullptr) co_return absl::OkStatus();
  co_return co_await log_->Close();
}

}  // namespace varve::cluster
