#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/io/net.h"
#include "engine/io/random.h"
#include "engine/io/sim/connection.h"

namespace varve::io {

class SimListener;
class SimWorld;

// The network of a simulated world, as a test sees it; a program's side is Loop::net(). All
// addresses are of one machine: 127.x.y.z, ::1 and "localhost"; a loop connects from
// 127.0.0.<its number>. Other numeric addresses never answer, other names do not exist.
class SimNet {
 public:
  explicit SimNet(SimWorld& world);

  // Connections break: both ends get Unavailable, and what was under way is lost.
  void Cut(Stream& stream);
  void CutAll(uint16_t port = 0);  // of the listener; 0: every one

  // Nothing arrives at or from this listener's port (0: any) until Heal; nothing is lost either.
  // Connecting gets no answer.
  void Partition(uint16_t port = 0) { partitions_.insert(port); }
  void Heal(uint16_t port = 0);
  bool Partitioned(uint16_t port) const {
    return partitions_.contains(0) || partitions_.contains(port);
  }

  // The stream's peer finds the end of what it reads, and may go on writing.
  void EndWriting(Stream& stream);
  // The next `n` accepts of any listener fail with ResourceExhausted.
  void FailAccepts(int n) { accepts_to_fail_ = n; }
  // Connections of which at least one end is left.
  size_t connections() const;

  // For the ports.

  SimWorld& world() { return world_; }
  Random& random() { return random_; }
  // The address that listening or connecting means; NotFound for names of nobody.
  static absl::StatusOr<std::string> Resolve(const Endpoint& endpoint);
  static bool IsOurs(const std::string& host);  // some address of this machine
  absl::StatusOr<Endpoint> Bind(const Endpoint& endpoint, SimListener& listener);
  void Unbind(SimListener& listener);
  // The listener there, if any.
  SimListener* Find(const std::string& host, uint16_t port) const;
  std::shared_ptr<SimConnection> Connect(uint64_t loop_number, const Endpoint& server);
  bool TakeAcceptFailure();

 private:
  bool InUse(const std::string& host, uint16_t port) const;

  SimWorld& world_;
  Random random_;
  std::vector<SimListener*> listeners_;
  std::vector<std::weak_ptr<SimConnection>> connections_;
  std::set<uint16_t> partitions_;
  int accepts_to_fail_ = 0;
  uint16_t next_port_ = 20000;
  uint16_t next_client_port_ = 40000;
};

}  // namespace varve::io
