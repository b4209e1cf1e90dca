#include "engine/io/sim/sim_listener.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/io/sim/sim_net.h"

namespace varve::io {

SimListener::SimListener(SimNet& net, Loop& loop, ListenOptions options)
    : net_(net), backlog_(static_cast<size_t>(std::max(options.backlog, 1))), somebody_(loop) {}

SimListener::~SimListener() { net_.Unbind(*this); }

absl::Status SimListener::Bind(const Endpoint& endpoint) {
  ASSIGN_OR_RETURN(local_, net_.Bind(endpoint, *this));
  return absl::OkStatus();
}

Task<absl::StatusOr<std::unique_ptr<Socket>>> SimListener::Accept() {
  while (arrived_.empty() && !shut_down_) {
    somebody_.Reset();
    co_await somebody_.Wait();
  }
  if (shut_down_) co_return absl::CancelledError("the listener was shut down");
  if (net_.TakeAcceptFailure()) {
    co_return absl::ResourceExhaustedError("accept: too many open files, injected");
  }
  auto socket = std::make_unique<SimSocket>(std::move(arrived_.front()));
  arrived_.pop_front();
  co_return socket;
}

void SimListener::Shutdown() {
  shut_down_ = true;
  net_.Unbind(*this);
  arrived_.clear();
  somebody_.Set();
}

void SimListener::Arrive(SimEnd end) {
  arrived_.push_back(std::move(end));
  somebody_.Set();
}

}  // namespace varve::io
