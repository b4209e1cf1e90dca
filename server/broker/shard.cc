#include "server/broker/shard.h"

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "server/broker/group_coordinators.h"
#include "server/broker/image_topics.h"
#include "server/cluster/topic_rules.h"
#include "server/logging.h"

namespace varve::broker {
namespace {

// Asked of every log, every few seconds.
bool LiesIn(const log::Log& log, std::string_view directory) {
  const std::string_view path = log.directory();
  return path.substr(0, path.rfind('/')) == directory;
}

// Of the memory for requests, one part of so many is for small ones, and one for receiving ahead.
constexpr uint64_t kSmallShare = 8;
constexpr uint64_t kAheadShare = 4;

}  // namespace

Shard::Shard(int index, io::Loop& loop, net::Handler& handler, const ShardLimits& limits)
    : index_(index),
      loop_(loop),
      limits_(limits),
      files_(loop.disk(), limits.files),
      flusher_(loop, limits.undurable_max),
      image_(std::make_shared<cluster::Image>()),
      groups_(std::make_unique<GroupCoordinators>(loop, limits_.groups,
                                                  std::make_unique<ImageTopics>(*this))),
      fetch_sessions_(loop, index, limits.fetch_sessions_max, limits.fetch_session_bytes_max),
      slabs_(limits.slab_bytes_kept_max),
      budget_(loop, limits.request_bytes_max - limits.request_bytes_max / kSmallShare -
                        limits.request_bytes_max / kAheadShare),
      small_budget_(loop, limits.request_bytes_max / kSmallShare),
      ahead_budget_(loop, limits.request_bytes_max / kAheadShare),
      connection_environment_{loop,          slabs_,  budget_,          small_budget_,
                              ahead_budget_, handler, limits.connection},
      connections_(connection_environment_) {
  if (limits.cleaner) {
    cleaner_ = std::make_unique<log::CleanerManager>(loop_, files_, *limits.cleaner);
  }
}

Shard::~Shard() = default;

io::Task<void> Shard::StartCleaning() {
  if (cleaner_ != nullptr) cleaner_->Start();
  co_return;
}

io::Task<void> Shard::SetCleaner(std::optional<log::CleanerManager::Options> options) {
  if (cleaner_ != nullptr && options) cleaner_->set_options(*std::move(options));
  co_return;
}

std::vector<log::CleaningStatus> Shard::CleaningStatuses() const {
  return cleaner_ != nullptr ? cleaner_->Statuses() : std::vector<log::CleaningStatus>();
}

io::Task<void> Shard::WaitOrStop(io::Event& woken, io::MonoTime deadline) {
  if (stopping_) co_return;
  const auto place = waiting_.insert(waiting_.end(), &woken);
  static_cast<void>(co_await woken.WaitUntil(deadline));
  waiting_.erase(place);
}

void Shard::StopWaiting() {
  stopping_ = true;
  for (io::Event* event : waiting_) event->Set();
  groups_->BeginStop();
}

Partition* Shard::Find(const PartitionKey& key) {
  const auto found = partitions_.find(key);
  return found == partitions_.end() || !found->second->served() ? nullptr : found->second.get();
}

std::vector<PartitionKey> Shard::Keys() const {
  std::vector<PartitionKey> keys = KeysUnsorted();
  std::ranges::sort(keys);
  return keys;
}

std::vector<PartitionKey> Shard::KeysUnsorted() const {
  std::vector<PartitionKey> keys;
  keys.reserve(partitions_.size());
  for (const auto& [key, partition] : partitions_) keys.push_back(key);
  return keys;
}

std::vector<Partition*> Shard::Ordered() const {
  std::vector<Partition*> ordered;
  for (const PartitionKey& key : Keys()) ordered.push_back(partitions_.at(key).get());
  return ordered;
}

io::Task<std::vector<OpenOutcome>> Shard::Open(std::span<const OpenOrder> orders) {
  std::vector<OpenOutcome> outcomes(orders.size());
  io::Semaphore slots(loop_, limits_.opening_max);
  io::Gate opening(loop_);
  for (size_t i = 0; i < orders.size(); ++i) {
    opening.Spawn(OpenOne(orders[i], outcomes[i], slots));
  }
  co_await opening.Close();
  co_return outcomes;
}

io::Task<void> Shard::OpenOne(const OpenOrder& order, OpenOutcome& outcome, io::Semaphore& slots) {
  co_await slots.Take();
  auto opened = co_await log::Log::Open(loop_, files_, *order.health, order.arguments);
  slots.Give();
  outcome.status = opened.status();
  if (!opened.ok()) co_return;
  for (const std::string& note : (*opened)->open_report().notes) LogWarning("{}", note);
  outcome.may_have_lost_tail = (*opened)->open_report().may_have_lost_tail;
  auto partition = std::make_unique<Partition>(order.topic, order.index, *std::move(opened));
  Partition& added = *partition;
  partitions_[{order.topic->id, order.index}] = std::move(partition);
  if (order.serve) {
    Serve(added);
  } else {
    unserved_.push_back({order.topic->id, order.index});
  }
  if (cleaner_ != nullptr) cleaner_->Add(added.log());
  added.log().set_flusher(&flusher_);
  // The topic may have changed while its log was opened.
  cluster::TopicRef latest = image_->FindRef(order.topic->id);
  const bool newer = latest != nullptr && order.index < std::ssize(latest->partitions);
  if (!newer) latest = order.topic;
  outcome.status = co_await added.Update(std::move(latest));
  // Without its leader epoch it must not be appended to.
  if (!outcome.status.ok()) co_await Discard({order.topic->id, order.index});
}

io::Task<void> Shard::ServeOpened() {
  for (const PartitionKey& key : std::exchange(unserved_, {})) {
    const auto found = partitions_.find(key);
    if (found != partitions_.end()) Serve(*found->second);
  }
  co_return;
}

void Shard::Serve(Partition& partition) {
  partition.Serve();
  if (partition.topic().name != cluster::kConsumerOffsetsTopic) return;
  groups_->Start({partition.topic().id, partition.index()}, partition.log());
}

io::Task<absl::Status> Shard::Update(cluster::ImageRef image) {
  image_ = std::move(image);
  // What is counted of topics that are gone takes no more memory than what is there.
  if (counters_.topics.entries().size() > image_->topic_count()) {
    counters_.topics.EraseIf([this](const Uuid& id) { return image_->Find(id) == nullptr; });
  }
  std::vector<std::pair<Partition*, cluster::TopicRef>> changed;
  for (Partition* partition : Ordered()) {
    const cluster::TopicRef& topic = image_->FindRef(partition->topic().id);
    if (topic != nullptr && topic.get() != &partition->topic()) {
      changed.emplace_back(partition, topic);
    }
  }
  absl::Status first_error;  // one that fails keeps no other from its configuration
  for (const auto& [partition, topic] : changed) {
    const absl::Status updated = co_await partition->Update(topic);
    if (first_error.ok()) first_error = updated;
  }
  co_return first_error;
}

io::Task<void> Shard::Discard(PartitionKey key) {
  left_out_.erase(key);
  const auto found = partitions_.find(key);
  if (found == partitions_.end()) co_return;
  const std::unique_ptr<Partition> partition = std::move(found->second);
  partitions_.erase(found);
  co_await groups_->Stop(key);
  partition->DropWatches();  // nobody finds it any more to take a watch back
  // Its files go; what could not be written to them does not matter.
  IgnoreError(co_await partition->log().Close(/*sync=*/false));
  if (cleaner_ != nullptr) cleaner_->Remove(partition->log());
}

io::Task<void> Shard::LeaveOut(PartitionKey key) {
  left_out_.insert(key);
  co_return;
}

void Shard::AddOffsets(const std::string& directory, log::LogDirectory::Checkpoints& into) {
  for (const auto& [key, partition] : partitions_) {
    const log::Log& log = partition->log();
    if (!LiesIn(log, directory)) continue;
    log::AddOffsets({partition->topic().name, key.index}, log, into);
  }
}

void Shard::AddAsLeft(const std::string& directory, log::Manifest& into) {
  for (const auto& [key, partition] : partitions_) {
    const log::Log& log = partition->log();
    if (log.as_left() == nullptr || !LiesIn(log, directory)) continue;
    into.logs[{partition->topic().name, key.index}] = {key.topic_id, log.as_left()};
  }
}

io::Task<Shard::CloseErrors> Shard::CloseLogs() {
  co_await groups_->StopAll();
  if (cleaner_ != nullptr) co_await cleaner_->Stop();
  CloseErrors errors;
  io::Semaphore slots(loop_, limits_.opening_max);
  io::Gate closing(loop_);
  for (Partition* partition : Ordered()) {
    closing.Spawn(CloseOne(*partition, errors, slots));
  }
  co_await closing.Close();
  co_await flusher_.Close();
  co_return errors;
}

io::Task<void> Shard::DropLogs() {
  cleaner_.reset();
  partitions_.clear();
  co_return;
}

io::Task<void> Shard::CloseOne(Partition& partition, CloseErrors& errors, io::Semaphore& slots) {
  co_await slots.Take();
  const absl::Status closed = co_await partition.log().Close();
  slots.Give();
  if (!closed.ok()) errors.try_emplace(io::ParentPath(partition.log().directory()), closed);
}

}  // namespace varve::broker
