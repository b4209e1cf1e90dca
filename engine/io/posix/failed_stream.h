#pragma once

#include <memory>
#include <utility>

#include "engine/io/net.h"

namespace varve::io {

// A connection that could not be adopted, for want of kernel memory: every call says so.
class FailedStream final : public Stream {
 public:
  FailedStream(absl::Status error, Endpoint peer)
      : error_(std::move(error)), peer_(std::move(peer)) {}

  Task<absl::Status> Readable() override { co_return error_; }
  Task<absl::StatusOr<size_t>> Read(MutableBytes /*into*/) override { co_return error_; }
  absl::StatusOr<size_t> TryRead(MutableBytes /*into*/) override { return error_; }
  Task<absl::Status> Write(std::span<const Bytes> /*pieces*/, bool /*more*/) override {
    co_return error_;
  }
  Task<absl::Status> SendFile(const FileRange& /*range*/, bool /*more*/) override {
    co_return error_;
  }
  void Shutdown() override {}
  std::unique_ptr<Socket> Release(Buffer& /*unread*/) override { return nullptr; }
  const Endpoint& peer() const override { return peer_; }
  const Endpoint& local() const override { return local_; }

 private:
  absl::Status error_;
  Endpoint peer_;
  Endpoint local_;
};

}  // namespace varve::io
