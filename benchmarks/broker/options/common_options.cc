#include <optional>
#include <string>

#include "benchmarks/broker/options/tree.h"
#include "tools/text/amount.h"

namespace varve::bench {
namespace {

// Makes milliseconds of "2s" and "500ms".
CLI::Validator Duration() {
  const auto transform = [](std::string& text) -> std::string {
    const std::optional<int64_t> ms = text::ParseDuration(text);
    if (!ms) return text + " is no duration: give 10s or 500ms";
    text = std::to_string(*ms);
    return "";
  };
  return {transform, "TIME"};
}

void AddTopic(CLI::App& app, TopicSpec& topic) {
  app.add_option("-t,--topic", topic.name, "The topic")->capture_default_str();
  app.add_flag("--create", topic.create, "Make the topic if it is not there");
  app.add_flag("--recreate", topic.recreate, "Remove the topic first, and make it anew");
  app.add_flag("--remove", topic.remove, "Remove the topic at the end");
  app.add_option("--partitions", topic.partitions, "Of a topic that is made")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--replication", topic.replication, "Likewise; -1: as the broker has it")
      ->check(CLI::Range(-1, 100))
      ->capture_default_str();
  app.add_option("--config", topic.configs, "Likewise, NAME=VALUE; may be given again")
      ->allow_extra_args(false);
}

}  // namespace

void AddCommon(CLI::App& app, Common& common) {
  app.add_option("-b,--bootstrap-server", common.bootstrap, "A broker, HOST:PORT")
      ->envname("VARVE_BOOTSTRAP_SERVER")
      ->capture_default_str();
  AddTopic(app, common.topic);
  app.add_option("--threads", common.threads, "That send and receive, each with its connections")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--duration", common.duration_ms, "How long is measured: 10s, 500ms")
      ->transform(Duration())
      ->check(CLI::Range(int64_t{1}, int64_t{86'400'000}))
      ->capture_default_str();
  app.add_option("--warm-up", common.warm_up_ms, "How long is not measured, before")
      ->transform(Duration())
      ->check(CLI::Range(int64_t{0}, int64_t{86'400'000}))
      ->capture_default_str();
  app.add_option("--bytes", common.bytes, "Ends as soon as so many were measured: 4GiB")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--requests", common.requests, "Ends as soon as so many were measured")
      ->capture_default_str();
  app.add_option("--broker-pid", common.broker_pid,
                 "Tells of this process's CPU and memory too; \"port\": of whoever listens on the "
                 "bootstrap address here");
  app.add_option("--json", common.json,
                 "Also writes the figures to this file; - : only those, to "
                 "standard output");
  app.add_flag("--progress", common.progress, "A progress line even if nobody looks at it");
  app.add_flag("--errors-allowed", common.errors_allowed,
               "Errors that the broker answers are told of, but the exit status is 0");
  app.add_option("--io-backend", common.backend, "auto, uring or epoll")
      ->check(CLI::IsMember({"auto", "uring", "epoll"}))
      ->capture_default_str();
}

}  // namespace varve::bench
