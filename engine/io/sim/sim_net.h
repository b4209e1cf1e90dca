#pragma once

namespace varve::io {

class SimWorld;

// The network of a simulated world.
class SimNet {
 public:
  explicit SimNet(SimWorld& world) : world_(world) {}
  SimWorld& world() { return world_; }

 private:
  SimWorld& world_;
};

}  // namespace varve::io
