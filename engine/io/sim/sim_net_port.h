#pragma once

#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/sim/world.h"

namespace varve::io {

// The simulated network as one loop sees it: no cable is plugged in.
class SimNetPort : public Net {
 public:
  SimNetPort(SimWorld& /*world*/, Loop& /*loop*/) {}

  Task<absl::StatusOr<std::unique_ptr<Listener>>> Listen(Endpoint, ListenOptions) override {
    co_return absl::PermissionDeniedError("this world has no network");
  }
  Task<absl::StatusOr<std::unique_ptr<Stream>>> Connect(Endpoint, MonoTime) override {
    co_return absl::UnavailableError("this world has no network");
  }
  std::unique_ptr<Stream> Adopt(std::unique_ptr<Socket>, StreamOptions) override { return nullptr; }
};

}  // namespace varve::io
