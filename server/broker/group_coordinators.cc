#include "server/broker/group_coordinators.h"

#include <utility>

#include "engine/base/check.h"
#include "server/broker/errors.h"

namespace varve::broker {

using coordinator::GroupCoordinator;

void GroupCoordinators::Start(const PartitionKey& key, log::Log& log) {
  std::unique_ptr<GroupCoordinator>& place = coordinators_[key];
  VARVE_CHECK(place == nullptr, "partition {} has a coordinator already", key.index);
  const GroupCoordinator::Env env{loop_, log, config_, OfCoordinatorAppend, *topics_};
  place = std::make_unique<GroupCoordinator>(env);
  place->Start();
}

GroupCoordinator* GroupCoordinators::Find(const PartitionKey& key) {
  const auto found = coordinators_.find(key);
  return found == coordinators_.end() ? nullptr : found->second.get();
}

void GroupCoordinators::BeginStop() {
  for (const auto& [key, coordinator] : coordinators_) coordinator->BeginStop();
}

io::Task<void> GroupCoordinators::Stop(PartitionKey key) {
  const auto found = coordinators_.find(key);
  if (found == coordinators_.end()) co_return;
  const std::unique_ptr<GroupCoordinator> coordinator = std::move(found->second);
  coordinators_.erase(found);
  co_await coordinator->Stop();
}

io::Task<void> GroupCoordinators::StopAll() {
  BeginStop();
  while (!coordinators_.empty()) co_await Stop(coordinators_.begin()->first);
}

}  // namespace varve::broker
