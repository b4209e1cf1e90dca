#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/uuid.h"
#include "engine/io/loop.h"
#include "engine/io/sync.h"
#include "engine/io/task.h"
#include "engine/log/checkpoint.h"
#include "engine/log/directory.h"
#include "engine/log/file_cache.h"
#include "server/cluster/collisions.h"
#include "server/cluster/config_rules.h"
#include "server/cluster/draft.h"
#include "server/cluster/image.h"
#include "server/cluster/image_editor.h"
#include "server/cluster/metadata_log.h"
#include "server/cluster/topic_rules.h"
#include "server/config/broker_config.h"
#include "server/wire/error.h"

namespace varve::cluster {

// Told of each new image, in order, one at a time. The change that made it is durable, and is
// answered only when OnImage is done: by then every shard has the image, and the logs in it.
class ImageListener {
 public:
  virtual ~ImageListener() = default;
  // On the controller's loop. An error (a log could not be made) goes into the answer of the
  // request; the change stays, and so does the image. Must not call the controller's tasks.
  virtual io::Task<absl::Status> OnImage(ImageRef image) = 0;
};

struct TopicResult {
  std::string name{};
  Uuid id{};  // zero if it failed or was only validated
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::string message{};
  int32_t partitions = -1;  // this and the next: -1 if it failed
  int16_t replication_factor = -1;
  // What was created, or would have been: for the configuration in the answer. Empty if it
  // failed.
  TopicRef topic{};
};

struct DeleteResult {
  std::string name{};  // empty if the id is unknown
  Uuid id{};
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::string message{};
};

struct PartitionsResult {
  std::string name{};
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::string message{};
};

struct ConfigResult {
  std::string name{};  // of the resource, with its type: for messages
  wire::ErrorCode error = wire::ErrorCode::kNone;
  std::string message{};
};

// The single writer of the cluster's state: checks a change, makes it durable in the metadata
// log, and publishes the image that has it.
//
// Changes happen one at a time, in the order of the calls; at most kWaitingMax requests wait.
// Results are in the order of the request, one for each entry; entries fail one by one. A name
// that comes twice in a request is refused wherever it stands (kInvalidRequest).
//
// Lifetime  What Env refers to outlives it. Close() has ended before its destructor.
// Threads   One loop. image() is a copy of a pointer: hand it to other threads.
// Errors    In the results, beside the rules' own (topic_rules.h, draft.h):
//           kKafkaStorageError  the log took nothing (disk full), or the device failed: then the
//                               change is in the log entirely or not at all, nobody knows before
//                               a restart, and no change is taken until then. Or the listener
//                               failed: then the message is its own and the change is made.
//           kRequestTimedOut    too many requests wait; or the controller is closing.
class Controller {
 public:
  struct Env {
    io::Loop& loop;
    log::FileCache& files;
    // The log directory with __cluster_metadata-0, open. The partitions that it lists include
    // that one: whoever opens the others passes it over (kMetadataTopic).
    log::LogDirectory& metadata_directory;
    const config::BrokerConfig& config;
    int32_t node_id;
    std::string cluster_id;
    std::vector<Uuid> directories;  // ids of the log directories that take partitions; not empty
    int shards;                     // at least 1
  };
  static constexpr size_t kWaitingMax = 1024;

  // Replays the metadata log, or starts a new one; begins an epoch of it, registers this broker,
  // and takes over the partitions that lie here and have no leader.
  // DataLoss: the log is damaged. FailedPrecondition: it holds what this program cannot honour.
  static io::Task<absl::StatusOr<std::unique_ptr<Controller>>> Open(Env env);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // The image as it is at the moment. A listener is not told of what was before it was set.
  ImageRef image() const { return image_; }
  void set_listener(ImageListener* listener) { listener_ = listener; }

  // Under which this broker had registered before this start, whatever program it was then; -1 if
  // it never had.
  int64_t last_broker_epoch() const { return last_broker_epoch_; }
  // What an operator should know about the log that was opened.
  const std::vector<std::string>& notes() const { return notes_; }

  // A request is checked and answered as Kafka does; with validate_only nothing is changed.
  io::Task<std::vector<TopicResult>> CreateTopics(std::vector<NewTopic> topics, bool validate_only);
  // kTopicDeletionDisabled if delete.topic.enable is false.
  io::Task<std::vector<DeleteResult>> DeleteTopics(std::vector<TopicKey> topics);
  io::Task<std::vector<PartitionsResult>> CreatePartitions(std::vector<MorePartitions> requests,
                                                           bool validate_only);

  // Each resource is changed entirely or not at all. When it is answered, logs and whatever else
  // of this broker has a property that changed go by it.
  io::Task<std::vector<ConfigResult>> AlterConfigs(std::vector<ConfigChange> changes,
                                                   bool validate_only);

  // Gives each of these partitions the next leader epoch, durably: for logs that may have lost a
  // tail. Done when it is published. NotFound: one does not exist; nothing was changed.
  // Unavailable: too many requests wait. Others are the log's or the listener's; so many that one
  // batch does not hold them are changed batch by batch.
  io::Task<absl::Status> BeginLeaderEpochs(std::vector<log::TopicPartition> partitions);

  // Sets producer ids aside, durably: no other call is given any of them, in this run or another.
  // Unavailable: too many requests wait. ResourceExhausted: the disk is full, or no ids are left.
  // Others are the log's or the listener's; ids that were set aside then are lost.
  io::Task<absl::StatusOr<ProducerIdBlock>> TakeProducerIds();

  // Ends what is under way and closes the metadata log; later requests are refused. The first
  // error of the log: with one, its directory gets no clean-shutdown marker.
  io::Task<absl::Status> Close();

 private:
  explicit Controller(Env env);

  io::Task<absl::Status> Load();
  io::Task<absl::Status> Start();
  io::Task<absl::Status> TakeOver();
  RecordBatch StartRecords() const;

  io::Task<absl::Status> TakeTurn();
  void EndTurn();
  Draft NewDraft();
  absl::Status CheckExist(const std::vector<log::TopicPartition>& partitions) const;
  io::Task<absl::Status> Commit(Draft& draft);
  // One turn: each of the changes whose result is still free of an error is applied by itself.
  template <typename Change, typename Result>
  io::Task<void> ApplyEach(Verdict (Draft::*apply)(const Change&),
                           const std::vector<Change>& changes, bool validate_only,
                           std::vector<Result>& results);
  io::Task<absl::Status> Append(const RecordBatch& records, int64_t& version);
  void Adopt(ImageRef image, const ImageEditor& editor);
  void FillCreated(const Image& image, bool validate_only, std::vector<TopicResult>& results) const;

  Env env_;
  ImageRules rules_;
  Placement placement_;
  Collisions collisions_;
  std::unique_ptr<MetadataLog> log_;
  ImageRef image_;
  ImageListener* listener_ = nullptr;
  std::vector<std::string> notes_;
  int64_t last_broker_epoch_ = -1;
  bool new_log_ = false;  // it had no records of the cluster's state
  absl::Status failed_;   // why no more changes are taken
  io::Semaphore turn_;
  io::Gate gate_;
  size_t waiting_ = 0;
};

}  // namespace varve::cluster
