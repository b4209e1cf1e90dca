#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/dump/decode/decoder.h"
#include "tools/dump/filter.h"
#include "tools/dump/output.h"
#include "tools/text/byte_text.h"

namespace varve::dump {

// The command line of varve-dump.
struct Options {
  enum class Mode { kPrint, kVerify, kStats };

  std::vector<std::string> paths;
  Mode mode = Mode::kPrint;
  Style style = Style::kText;
  bool records = false;
  text::ByteFormat key_format = text::ByteFormat::kText;
  text::ByteFormat value_format = text::ByteFormat::kText;
  Filter filter;
  bool decode_auto = true;
  Decode decode = Decode::kNone;  // unless decode_auto
  // Largest batch that is held in memory, as it is stored and decompressed.
  size_t memory_bytes = size_t{256} << 20;
  uint64_t keys_max = 1'000'000;  // that are counted one by one
  bool progress = true;

  // What the records of a file mean.
  Decode DecodeFor(const std::string& path) const {
    return decode_auto ? DecodeByPath(path) : decode;
  }
};

// Exit statuses.
inline constexpr int kClean = 0;
inline constexpr int kFaulty = 1;      // something in the files is wrong
inline constexpr int kUnreadable = 2;  // wrong usage, or a file that could not be read

// Nothing if the process is to end at once, with this status: help was asked for, or the line was
// wrong, and somebody has been told.
std::optional<Options> ParseOptions(int argc, char** argv, int& exit_status);

}  // namespace varve::dump
