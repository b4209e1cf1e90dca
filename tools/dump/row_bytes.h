#pragma once

#include <string_view>

#include "engine/record/record.h"
#include "tools/dump/output.h"
#include "tools/text/byte_text.h"

namespace varve::dump {

// Adds bytes that may be null.
void AddBytes(Row& row, std::string_view name, const record::MaybeBytes& bytes,
              text::ByteFormat format);

}  // namespace varve::dump
