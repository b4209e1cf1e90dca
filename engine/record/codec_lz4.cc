#include <lz4frame.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/record/codecs.h"

// LZ4 frames. Java's reader takes independent blocks only.
namespace varve::record::codecs {
namespace {

constexpr size_t kLz4ExpansionMax = 256;  // a byte of match length stands for 255
constexpr int kLevelMin = 0;              // the fast way; the library searches harder from 3 on

class Decoder {
 public:
  Decoder() {
    const auto code = LZ4F_createDecompressionContext(&context_, LZ4F_VERSION);
    VARVE_CHECK(!LZ4F_isError(code), "{}", LZ4F_getErrorName(code));
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { LZ4F_freeDecompressionContext(context_); }

  // Drops from `rest` what it used and returns what it wrote into `room`; `code` is 0 at the end
  // of a frame.
  size_t Step(Bytes& rest, MutableBytes room, LZ4F_errorCode_t& code) {
    size_t read = rest.size();
    size_t written = room.size();
    code = LZ4F_decompress(context_, room.data(), &written, rest.data(), &read, nullptr);
    if (LZ4F_isError(code)) return 0;
    rest = rest.subspan(read);
    return written;
  }

 private:
  LZ4F_dctx* context_ = nullptr;
};

}  // namespace

Buffer CompressLz4(Bytes plain, std::optional<int> level) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.compressionLevel =
      std::clamp(level.value_or(kLevelMin), kLevelMin, LZ4F_compressionLevel_max());
  Buffer packed(LZ4F_compressFrameBound(plain.size(), &preferences));
  const size_t size =
      LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), &preferences);
  VARVE_CHECK(!LZ4F_isError(size), "{}", LZ4F_getErrorName(size));
  packed.resize(size);
  return packed;
}

absl::StatusOr<Buffer> DecompressLz4(Bytes packed, size_t bytes_max) {
  Decoder decoder;
  Output output(packed.size(), kLz4ExpansionMax, bytes_max);
  Bytes rest = packed;
  for (;;) {
    const size_t before = rest.size();
    LZ4F_errorCode_t code;
    const size_t written = decoder.Step(rest, output.Room(), code);
    if (LZ4F_isError(code)) return Broken("lz4", LZ4F_getErrorName(code));
    RETURN_IF_ERROR(output.Commit(written));
    if (code == 0 && rest.empty()) return output.Take();
    if (written == 0 && rest.size() == before) return Broken("lz4", "cut short");
  }
}

}  // namespace varve::record::codecs
