#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace varve::config {

// Java's .properties text: server.properties and meta.properties.
//
//   # a comment, and so is a line that begins with !
//   log.dirs = /data/a       separators are '=', ':' or white space
// A backslash at the end of a line joins it with the next one.
//
// Pure functions over text: who has the file reads it.

struct PropertyEntry {
  std::string key;
  std::string value;  // white space at its end is kept, as Java keeps it
  int line = 0;       // where the entry begins, from 1; 0 if it did not come from a text

  friend bool operator==(const PropertyEntry&, const PropertyEntry&) = default;
};

inline constexpr size_t kPropertiesBytesMax = size_t{1} << 20;

// Reads entries in the order of the text; a key that stands there twice comes twice (the later
// one counts). Text that is valid UTF-8 is taken as such, any other as ISO 8859-1, which is what
// Java reads. Values come out in UTF-8.
//
// InvalidArgument, naming the line: a malformed \uXXXX escape or a zero byte. ResourceExhausted:
// longer than kPropertiesBytesMax.
absl::StatusOr<std::vector<PropertyEntry>> ParseProperties(std::string_view text);

// Writes what ParseProperties and Java read back: each line of `comments` behind a '#', then one
// line an entry. ASCII only; other characters become \uXXXX. Keys and values are UTF-8.
std::string FormatProperties(const std::vector<std::string>& comments,
                             const std::vector<PropertyEntry>& entries);

}  // namespace varve::config
