#pragma once

#include "engine/io/loop.h"
#include "engine/io/net.h"
#include "engine/io/sim/connection.h"
#include "engine/io/sync.h"

namespace varve::io {

class SimWorld;

// One end of a simulated connection as its loop sees it.
class SimStream : public Stream {
 public:
  SimStream(SimWorld& world, Loop& loop, SimEnd end);
  ~SimStream() override;

  Task<absl::Status> Readable() override;
  Task<absl::StatusOr<size_t>> Read(MutableBytes into) override;
  absl::StatusOr<size_t> TryRead(MutableBytes into) override;
  Task<absl::Status> Write(std::span<const Bytes> pieces, bool more) override;
  Task<absl::Status> SendFile(const FileRange& range, bool more) override;
  void Shutdown() override;
  std::unique_ptr<Socket> Release(Buffer& unread) override;
  const Endpoint& peer() const override { return end_.peer(); }
  const Endpoint& local() const override { return end_.local(); }

  SimEnd& end() { return end_; }

 private:
  // Keeps a second task out of a direction.
  class Turn;

  void Unhook();
  absl::Status Broken() const;
  bool CanRead() const;
  Task<void> AwaitInput();
  // Waits for room; the error that ended the stream, if one did.
  Task<absl::Status> AwaitRoom();
  Task<absl::Status> WritePiece(Bytes bytes);

  SimWorld& world_;
  Loop& loop_;
  SimEnd end_;
  Event readable_;
  Event writable_;
  bool reading_ = false;
  bool writing_ = false;
  bool shut_down_ = false;
};

}  // namespace varve::io
