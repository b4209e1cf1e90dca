#include "tests/server/cluster/node.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "server/cluster/meta_properties.h"

namespace varve::cluster::test {

Node::Node(io::SimOptions options, std::string_view config_text)
    : world(options),
      config_(*config::BrokerConfig::Parse(
          {.file_text = config_text, .overrides = {}, .host_name = "box"})) {}

Node::~Node() { Stop(); }

io::Task<absl::Status> Node::Open() {
  CO_ASSIGN_OR_RETURN(directory_, co_await log::LogDirectory::Open(*loop_, std::string(kData)));
  std::vector<std::string> directories{std::string(kData)};
  CO_ASSIGN_OR_RETURN(const Identity identity,
                      co_await EstablishIdentity(*loop_, std::move(directories), -1));
  Controller::Env env{*loop_,
                      *files_,
                      *directory_,
                      config_,
                      identity.node_id,
                      identity.cluster_id,
                      identity.directory_ids,
                      shards};
  CO_ASSIGN_OR_RETURN(controller_, co_await Controller::Open(std::move(env)));
  co_return absl::OkStatus();
}

absl::Status Node::Start() {
  disk().Restart();
  loop_ = world.NewLoop();
  files_ = std::make_unique<log::FileCache>(loop_->disk(), log::FileCache::Limits{16, 16});
  return Run(Open());
}

void Node::MustStart() {
  const absl::Status started = Start();
  VARVE_CHECK(started.ok(), "{}", std::string(started.message()));
}

void Node::Stop(bool clean) {
  if (controller_ != nullptr) IgnoreError(Run(controller_->Close()));  // a crash may forbid it
  if (clean) IgnoreError(Run(directory_->CloseCleanly({})));
  controller_.reset();
  directory_.reset();
  files_.reset();
  loop_.reset();
}

TopicResult Node::Create(NewTopic topic, bool validate_only) {
  std::vector<NewTopic> topics{std::move(topic)};
  return Run(controller_->CreateTopics(std::move(topics), validate_only)).front();
}

wire::ErrorCode Node::Delete(const std::string& name) {
  std::vector<TopicKey> topics{{name, {}}};
  return Run(controller_->DeleteTopics(std::move(topics))).front().error;
}

wire::ErrorCode Node::Grow(const std::string& name, int32_t count) {
  std::vector<MorePartitions> more{{.topic = name, .count = count}};
  return Run(controller_->CreatePartitions(std::move(more), false)).front().error;
}

std::string Describe(const Image& image) {
  std::string text;
  for (const TopicRef& topic : image.topics()) {
    text += fmt::format("{} {}{}\n", topic->name, topic->id.ToString(),
                        topic->internal ? " internal" : "");
    for (const auto& [key, value] : topic->overrides) text += fmt::format("  {}={}\n", key, value);
    for (const PartitionState& state : topic->partitions) {
      text += fmt::format("  leader {} epoch {} version {} in {}\n", state.leader,
                          state.leader_epoch, state.partition_epoch, state.directory.ToString());
    }
  }
  return text;
}

}  // namespace varve::cluster::test
