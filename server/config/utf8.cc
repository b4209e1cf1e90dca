#include "server/config/utf8.h"

namespace varve::config {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

bool Surrogate(uint32_t character) { return character >= 0xd800 && character <= 0xdfff; }

struct Lead {
  int continuation_bytes = -1;  // -1: no sequence begins with this byte
  uint32_t bits = 0;
  uint32_t smallest = 0;  // what needs a sequence of this length
};

Lead ReadLead(uint8_t byte) {
  if (byte < 0x80) return {0, byte, 0};
  if ((byte & 0xe0) == 0xc0) return {1, byte & 0x1fu, 0x80};
  if ((byte & 0xf0) == 0xe0) return {2, byte & 0x0fu, 0x800};
  if ((byte & 0xf8) == 0xf0) return {3, byte & 0x07u, 0x10000};
  return {};
}

// The character at the front of `text`; its length goes to `size`.
uint32_t ReadUtf8(std::string_view text, size_t& size) {
  const Lead lead = ReadLead(static_cast<uint8_t>(text.front()));
  if (lead.continuation_bytes < 0) return kNoCharacter;
  size = static_cast<size_t>(lead.continuation_bytes) + 1;
  if (text.size() < size) return kNoCharacter;
  uint32_t character = lead.bits;
  for (size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) return kNoCharacter;
    character = character << 6 | (byte & 0x3fu);
  }
  const bool valid = character >= lead.smallest && character <= 0x10ffff && !Surrogate(character);
  return valid ? character : kNoCharacter;
}

}  // namespace

uint32_t TakeUtf8(std::string_view& text) {
  size_t size = 1;
  const uint32_t character = ReadUtf8(text, size);
  text.remove_prefix(character == kNoCharacter ? 1 : size);
  return character;
}

bool ValidUtf8(std::string_view text) {
  while (!text.empty()) {
    if (TakeUtf8(text) == kNoCharacter) return false;
  }
  return true;
}

void AppendUtf8(std::string& out, uint32_t character) {
  if (Surrogate(character) || character > 0x10ffff) character = kReplacement;
  const auto put = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xc0 | character >> 6);
    put(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    put(0xe0 | character >> 12);
    put(0x80 | (character >> 6 & 0x3f));
    put(0x80 | (character & 0x3f));
  } else {
    put(0xf0 | character >> 18);
    put(0x80 | (character >> 12 & 0x3f));
    put(0x80 | (character >> 6 & 0x3f));
    put(0x80 | (character & 0x3f));
  }
}

std::string Latin1ToUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char byte : text) AppendUtf8(out, static_cast<uint8_t>(byte));
  return out;
}

}  // namespace varve::config
