#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/embed/hosted.h"
#include "engine/embed/upkeep.h"
#include "engine/io/sync.h"
#include "engine/log/directory.h"
#include "engine/log/file_cache.h"
#include "engine/varve.h"

namespace varve::embed {

// What is behind a Store: its thread, the directory, and the logs in it.
//
// Threads   Open, Close and notes() on the caller's; tasks on the store's own.
class Host {
 public:
  static absl::StatusOr<std::unique_ptr<Host>> Open(const std::string& directory,
                                                    const StoreOptions& options);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host();

  absl::StatusOr<std::shared_ptr<Hosted>> OpenLog(const std::string& name, const LogConfig& config);
  absl::StatusOr<std::vector<std::string>> ListLogs();
  absl::Status DeleteLog(const std::string& name);
  absl::Status Maintain();
  const std::vector<std::string>& notes() const { return notes_; }
  absl::Status Close();

 private:
  Host(std::shared_ptr<LoopThread> thread, const StoreOptions& options);

  static constexpr int32_t kPartition = 0;  // a log is the only partition of its topic

  using Logs = std::map<std::string, std::shared_ptr<Hosted>>;
  using MaybeHosted = absl::StatusOr<std::shared_ptr<Hosted>>;

  // Opening the store: host_open.cc.
  struct Opening;
  io::Task<absl::Status> Recover(std::string path, const StoreOptions& options);
  io::Task<absl::Status> OpenFound(std::vector<std::string> names, const StoreOptions& options);
  io::Task<void> OpenInTurn(std::string name, Opening& opening);
  io::Task<absl::Status> OpenOne(std::string name, Opening& opening);

  io::Task<MaybeHosted> OpenOrMake(std::string name, LogConfig config);
  io::Task<MaybeHosted> Make(std::string name, LogConfig config);
  io::Task<MaybeHosted> Open(std::string name, log::OpenArguments arguments);
  io::Task<absl::Status> Remove(std::string name);
  io::Task<absl::StatusOr<std::vector<std::string>>> Names();
  io::Task<absl::Status> KeepAll();
  io::Task<void> KeepRegularly();
  io::Task<absl::Status> MaintainAll();
  io::Task<absl::Status> CloseAll();
  io::Task<absl::Status> CloseLogs(log::LogDirectory::Checkpoints& checkpoints,
                                   log::Manifest& manifest);
  log::LogDirectory::Checkpoints Checkpoints() const;

  const std::shared_ptr<LoopThread> thread_;
  const io::Duration upkeep_interval_;
  log::FileCache files_;
  Upkeep upkeep_;
  std::unique_ptr<log::LogDirectory> directory_;
  Logs logs_;
  bool recovered_ = false;  // else the directory must not look cleanly closed
  io::Semaphore changing_;  // of one: whoever opens, makes or removes a log
  io::Event stop_;
  io::Gate gate_;  // of KeepRegularly
  std::vector<std::string> notes_;
};

}  // namespace varve::embed
