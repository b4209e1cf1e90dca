#pragma once

#include <algorithm>
#include <cstdint>

namespace varve::log {

// How many bytes the logs of one shard have given to the page cache without having the device
// write them. The kernel makes writers wait who let this grow too far, all at once and for long;
// beginning early costs those who append, since pages that are on their way are busy. So it is let
// grow to a bound, and then written at the pace of the appends.
//
// Threads   One loop.
class UnwrittenBytes {
 public:
  // What all logs of a process may leave unwritten where nobody says: a 64th of the memory, which
  // is far below where the kernel begins on its own (a tenth of what is available) and makes
  // writers wait (beyond that).
  static constexpr uint64_t BytesMaxFor(uint64_t memory_bytes) {
    constexpr uint64_t kAtLeast = 8 << 20;
    return std::max(memory_bytes / 64, kAtLeast);
  }

  explicit UnwrittenBytes(uint64_t bytes_max) : bytes_max_(bytes_max) {}

  uint64_t bytes() const { return bytes_; }
  // How far they are beyond the bound.
  uint64_t excess() const { return bytes_ > bytes_max_ ? bytes_ - bytes_max_ : 0; }

  // What one file has of them. The whole outlives its parts.
  class Share {
   public:
    explicit Share(UnwrittenBytes& whole) : whole_(whole) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { Set(0); }

    void Set(uint64_t bytes) {
      whole_.bytes_ += bytes - bytes_;
      bytes_ = bytes;
    }
    uint64_t bytes() const { return bytes_; }
    uint64_t excess() const { return whole_.excess(); }

   private:
    UnwrittenBytes& whole_;
    uint64_t bytes_ = 0;
  };

 private:
  const uint64_t bytes_max_;
  uint64_t bytes_ = 0;
};

}  // namespace varve::log
