#include "tests/engine/record/record_batches.h"

#include <fmt/format.h>

#include <cstdlib>

#include "engine/record/builder.h"

namespace varve::record::test {
namespace {

uint64_t ReadSeed() {
  const char* text = std::getenv("VARVE_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 0) : 20260101;
  fmt::print("VARVE_SEED={}\n", seed);
  return seed;
}

}  // namespace

uint64_t Seed() {
  static const uint64_t seed = ReadSeed();
  return seed;
}

Buffer FromHex(std::string_view hex) {
  Buffer bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    const std::string digits(hex.substr(i, 2));
    bytes.push_back(static_cast<std::byte>(std::strtoul(digits.c_str(), nullptr, 16)));
  }
  return bytes;
}

std::string ToHex(Bytes bytes) {
  std::string hex;
  for (const std::byte byte : bytes) hex += fmt::format("{:02x}", static_cast<int>(byte));
  return hex;
}

Buffer TwoRecords() {
  return FromHex(
      "00000000000000000000004a000000030235b75e8c0000000000010000018bcfe568000000018bcfe56805"
      "ffffffffffffffffffffffffffff0000000218000000026b0276020268027816000a02010a68656c6c6f00");
}

Buffer CommitMarker() {
  return FromHex(
      "000000000000002a0000004200000003022eb8ef220030000000000000018bcfe568000000018bcfe56800"
      "00000000000023280002ffffffff000000012000000008000000010c00000000000700");
}

Buffer Produced(int count, size_t value_bytes, Codec codec) {
  BatchBuilder builder({.codec = codec});
  const Buffer value = Compressible(value_bytes);
  for (int i = 0; i < count; ++i) {
    const std::string key = fmt::format("key-{}", i);
    builder.Append({.timestamp = 1700000000000 + i, .key = AsBytes(key), .value = Bytes(value)});
  }
  return builder.Build();
}

Buffer Compressible(size_t size) {
  Buffer text;
  for (int line = 0; text.size() < size; ++line) {
    Append(text, AsBytes(fmt::format("2026-01-01 {:06} INFO request {} served\n", line, line * 7)));
  }
  text.resize(size);
  return text;
}

Buffer Incompressible(size_t size) {
  std::mt19937_64 random(Seed());
  Buffer bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

void FixCrc(Buffer& batch) {
  Poke(batch, offsetof(BatchHeader, crc), BatchView(batch).ComputeCrc());
}

}  // namespace varve::record::test
