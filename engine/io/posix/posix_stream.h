#pragma once

#include <memory>

#include "engine/io/net.h"
#include "engine/io/posix/fd.h"
#include "engine/io/posix/file_sender.h"
#include "engine/io/posix/readiness.h"

namespace varve::io {

// A TCP connection: non-blocking calls in place, and waiting for readiness where they cannot go
// on. A backend that has a better way to receive overrides the three reading functions.
class PosixStream : public Stream {
 public:
  PosixStream(Fd fd, Endpoint peer, std::unique_ptr<Readiness> readiness, FileSender& files);
  ~PosixStream() override;

  Task<absl::Status> Readable() override;
  Task<absl::StatusOr<size_t>> Read(MutableBytes into) override;
  absl::StatusOr<size_t> TryRead(MutableBytes into) override;
  Task<absl::Status> Write(std::span<const Bytes> pieces, bool more) override;
  Task<absl::Status> SendFile(const FileRange& range, bool more) override;
  Task<absl::Status> SendAround(Bytes before, const FileRange& range, Bytes after,
                                bool more) override;
  void Shutdown() override;
  std::unique_ptr<Socket> Release(Buffer& unread) override;

  const Endpoint& peer() const override { return peer_; }
  const Endpoint& local() const override { return local_; }

 protected:
  // One task at a time in a direction; nothing in flight at the end.
  class Turnstile {
   public:
    explicit Turnstile(bool& busy);
    ~Turnstile() { busy_ = false; }

   private:
    bool& busy_;
  };

  // The next bytes, without waiting: a size, 0 at the end, or -errno.
  ssize_t Receive(MutableBytes into, int flags);
  int fd() const { return fd_.get(); }
  Readiness& readiness() { return *readiness_; }
  bool& reading() { return reading_; }
  // True once in a while for a peer so fast that nothing ever waits for it.
  bool TurnIsOver(size_t bytes);

 private:
  bool HasInput();

  Fd fd_;
  Endpoint peer_;
  Endpoint local_;
  std::unique_ptr<Readiness> readiness_;
  FileSender& files_;
  bool reading_ = false;
  bool writing_ = false;
  bool maybe_drained_ = false;  // the last read filled its buffer: nobody knows what is left
  size_t turn_bytes_ = 0;       // moved since other tasks of the loop last had their turn
};

}  // namespace varve::io
