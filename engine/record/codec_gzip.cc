#include <zlib.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/record/codecs.h"

// RFC 1952, by zlib. Readers take several members in a row for one stream, and so do we.
namespace varve::record::codecs {
namespace {

constexpr int kGzipWindowBits = 15 + 16;       // the largest window, in a gzip wrapper
constexpr size_t kDeflateExpansionMax = 1032;  // what deflate can reach: 258 bytes from two bits
constexpr size_t kTurnBytesMax = size_t{1} << 30;  // zlib counts in 32 bits

Bytef* In(Bytes bytes) { return reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data())); }
Bytef* Out(MutableBytes bytes) { return reinterpret_cast<Bytef*>(bytes.data()); }

struct Deflater : z_stream {
  explicit Deflater(int level) : z_stream{} {
    const int code = deflateInit2(this, level, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY);
    VARVE_CHECK(code == Z_OK, "deflateInit2: {}", code);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(this); }
};

struct Inflater : z_stream {
  explicit Inflater(Bytes packed) : z_stream{} {
    next_in = In(packed);
    avail_in = static_cast<uInt>(packed.size());
    const int code = inflateInit2(this, kGzipWindowBits);
    VARVE_CHECK(code == Z_OK, "inflateInit2: {}", code);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(this); }

  // Fills `room` as far as it goes; returns how far, and zlib's verdict in `code`.
  size_t Step(MutableBytes room, int& code) {
    const size_t turn = std::min(room.size(), kTurnBytesMax);
    next_out = Out(room);
    avail_out = static_cast<uInt>(turn);
    code = inflate(this, Z_NO_FLUSH);
    return turn - avail_out;
  }
};

}  // namespace

Buffer CompressGzip(Bytes plain, std::optional<int> level) {
  Deflater stream(level ? std::clamp(*level, Z_BEST_SPEED, Z_BEST_COMPRESSION)
                        : Z_DEFAULT_COMPRESSION);
  Buffer packed(deflateBound(&stream, plain.size()));
  stream.next_in = In(plain);
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = Out(packed);
  stream.avail_out = static_cast<uInt>(packed.size());
  const int code = deflate(&stream, Z_FINISH);
  VARVE_CHECK(code == Z_STREAM_END, "deflate of {} bytes: {}", plain.size(), code);
  packed.resize(packed.size() - stream.avail_out);
  return packed;
}

absl::StatusOr<Buffer> DecompressGzip(Bytes packed, size_t bytes_max) {
  Inflater stream(packed);
  Output output(packed.size(), kDeflateExpansionMax, bytes_max);
  for (;;) {
    int code;
    RETURN_IF_ERROR(output.Commit(stream.Step(output.Room(), code)));
    if (code == Z_BUF_ERROR) return Broken("gzip", "cut short");
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0) return output.Take();
      code = inflateReset(&stream);
    }
    if (code != Z_OK) return Broken("gzip", stream.msg != nullptr ? stream.msg : "no gzip stream");
  }
}

}  // namespace varve::record::codecs
