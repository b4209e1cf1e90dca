#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace varve::text {

// How keys, values and headers are shown.
enum class ByteFormat {
  kText,    // UTF-8 as it is; other bytes and control characters as \xNN, \n, \t, \r, \\ .
  kJson,    // a JSON value on one line; as text if it is none
  kHex,     // two digits a byte
  kBase64,  // with padding
};

std::string BytesText(Bytes bytes, ByteFormat format);
// As a JSON value: strings, except what kJson recognises. kText has U+FFFD for bytes that are no
// UTF-8: programs that need every byte ask for kHex or kBase64.
std::string BytesJson(Bytes bytes, ByteFormat format);

// Text as kText shows it.
std::string Printable(std::string_view text);
std::string Hex(Bytes bytes);
std::string Base64(Bytes bytes);

// What text given on the command line or in a file stands for. Nothing: it is no hex or base64.
std::optional<Buffer> ParseBytes(std::string_view text, ByteFormat format);

}  // namespace varve::text
