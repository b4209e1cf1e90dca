#include <utility>

#include "engine/base/status.h"
#include "engine/embed/host.h"
#include "engine/varve.h"

namespace varve {

Store::Store(std::unique_ptr<embed::Host> host) : host_(std::move(host)) {}
Store::~Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& directory,
                                                   const StoreOptions& options) {
  ASSIGN_OR_RETURN(auto host, embed::Host::Open(directory, options));
  return std::unique_ptr<Store>(new Store(std::move(host)));
}

absl::StatusOr<std::shared_ptr<Log>> Store::OpenLog(const std::string& name,
                                                    const LogConfig& config) {
  ASSIGN_OR_RETURN(auto hosted, host_->OpenLog(name, config));
  return std::make_shared<Log>(std::move(hosted));
}

absl::StatusOr<std::vector<std::string>> Store::ListLogs() const { return host_->ListLogs(); }

absl::Status Store::DeleteLog(const std::string& name) { return host_->DeleteLog(name); }

absl::Status Store::Maintain() { return host_->Maintain(); }

const std::vector<std::string>& Store::notes() const { return host_->notes(); }

absl::Status Store::Close() { return host_->Close(); }

}  // namespace varve
