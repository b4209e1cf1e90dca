#pragma once

#include <memory>
#include <string>

#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/sim/world.h"

namespace varve::io {

class SimLoop;

// The simulated network as one loop sees it.
class SimNetPort : public Net {
 public:
  SimNetPort(SimWorld& world, SimLoop& loop) : world_(world), loop_(loop) {}

  Task<absl::StatusOr<std::unique_ptr<Listener>>> Listen(Endpoint endpoint,
                                                         ListenOptions options) override;
  Task<absl::StatusOr<std::unique_ptr<Stream>>> Connect(Endpoint endpoint,
                                                        MonoTime deadline) override;
  std::unique_ptr<Stream> Adopt(std::unique_ptr<Socket> socket, StreamOptions options) override;

 private:
  // Waits, but not past the deadline; false if that came first.
  Task<bool> Pass(Duration duration, MonoTime deadline);

  SimWorld& world_;
  SimLoop& loop_;
};

}  // namespace varve::io
