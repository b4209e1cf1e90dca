#include "tools/dump/row_bytes.h"

namespace varve::dump {

void AddBytes(Row& row, std::string_view name, const record::MaybeBytes& bytes,
              text::ByteFormat format) {
  if (!bytes) {
    row.Raw(name, "null", "null");
  } else if (row.json()) {
    row.Raw(name, text::BytesJson(*bytes, format), "");
  } else {
    row.Raw(name, "", text::BytesText(*bytes, format));
  }
}

}  // namespace varve::dump
