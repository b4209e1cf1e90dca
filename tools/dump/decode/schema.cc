#include "tools/dump/decode/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "engine/base/byte_order.h"
#include "engine/base/status.h"
#include "engine/base/uuid.h"
#include "engine/base/varint.h"
#include "tools/text/byte_text.h"
#include "tools/text/json.h"

namespace varve::dump {
namespace {

class MessageReader {
 public:
  MessageReader(const Schema& schema, int version, Bytes bytes)
      : version_(version),
        flexible_(version >= schema.flexible_since),
        size_(bytes.size()),
        rest_(bytes) {}

  absl::StatusOr<std::string> Run(std::span<const Field> fields) {
    Object(fields);
    if (ok_ && !rest_.empty()) Fail("followed by more bytes");
    if (!ok_) return absl::InvalidArgumentError(error_);
    return std::move(out_);
  }

 private:
  void Fail(std::string_view what) {
    if (ok_) error_ = fmt::format("{} at byte {} of {}", what, size_ - rest_.size(), size_);
    ok_ = false;
  }

  Bytes Take(uint64_t bytes) {
    if (bytes > rest_.size()) {
      Fail(fmt::format("{} bytes wanted, {} left", bytes, rest_.size()));
      return {};
    }
    const Bytes taken = rest_.first(bytes);
    rest_ = rest_.subspan(bytes);
    return taken;
  }

  template <typename T>
  T Number() {
    const Bytes raw = Take(sizeof(T));
    return ok_ ? LoadBigEndian<T>(raw.data()) : T{};
  }

  uint32_t Varint() {
    uint64_t value = 0;
    if (ok_ && !TakeVarint(rest_, value, 32)) {
      rest_ = {};
      Fail("a broken varint");
    }
    return static_cast<uint32_t>(value);
  }

  // Of a string, bytes or an array; negative: null.
  int64_t Length(bool text) {
    if (flexible_) return int64_t{Varint()} - 1;
    return text ? Number<int16_t>() : Number<int32_t>();
  }

  void Object(std::span<const Field> fields) {
    out_ += '{';
    bool first = true;
    for (const Field& field : fields) {
      if (!ok_) return;
      if (field.tag >= 0 || version_ < field.since || version_ > field.until) continue;
      Name(field.name, first);
      Value(field);
    }
    if (flexible_) Tags(fields, first);
    out_ += '}';
  }

  void Name(std::string_view name, bool& first) {
    fmt::format_to(std::back_inserter(out_), "{}\"{}\":", first ? "" : ",", name);
    first = false;
  }

  void Tags(std::span<const Field> fields, bool& first) {
    const uint32_t count = Varint();
    for (uint32_t i = 0; i < count && ok_; ++i) {
      const uint32_t tag = Varint();
      const Bytes content = Take(Varint());
      if (ok_) Tag(fields, tag, content, first);
    }
  }

  void Tag(std::span<const Field> fields, uint32_t tag, Bytes content, bool& first) {
    for (const Field& field : fields) {
      if (field.tag != static_cast<int64_t>(tag)) continue;
      const Bytes after = std::exchange(rest_, content);
      Name(field.name, first);
      Value(field);
      if (ok_ && !rest_.empty()) Fail("a tagged field with more bytes");
      rest_ = after;
      return;
    }
    Name(fmt::format("tag{}", tag), first);
    out_ += fmt::format("\"{}\"", text::Hex(content));
  }

  void Value(const Field& field) {
    if (field.array) {
      Elements(field);
    } else {
      One(field);
    }
  }

  void Elements(const Field& field) {
    const int64_t count = Length(/*text=*/false);
    if (count < 0) return Null(field);
    // Each element takes a byte at least: more of them cannot be there.
    if (static_cast<uint64_t>(count) > rest_.size()) {
      return Fail(fmt::format("{} elements announced, {} bytes left", count, rest_.size()));
    }
    out_ += '[';
    for (int64_t i = 0; i < count && ok_; ++i) {
      if (i > 0) out_ += ',';
      One(field);
    }
    out_ += ']';
  }

  void Null(const Field& field) {
    if (version_ < field.nullable_since) return Fail("null where none is allowed");
    out_ += "null";
  }

  void One(const Field& field) {
    switch (field.type) {
      case FieldType::kBool:
        out_ += Number<int8_t>() != 0 ? "true" : "false";
        return;
      case FieldType::kInt8:
        return Integer(field, Number<int8_t>());
      case FieldType::kInt16:
        return Integer(field, Number<int16_t>());
      case FieldType::kUint16:
        return Integer(field, Number<uint16_t>());
      case FieldType::kInt32:
        return Integer(field, Number<int32_t>());
      case FieldType::kInt64:
        return Integer(field, Number<int64_t>());
      case FieldType::kFloat64:
        return Double(std::bit_cast<double>(Number<int64_t>()));
      case FieldType::kUuid:
        return Uuid16();
      case FieldType::kString:
      case FieldType::kBytes:
        return Sized(field);
      case FieldType::kStruct:
        return Nested(field);
    }
  }

  void Integer(const Field& field, int64_t value) {
    if (value >= 0 && static_cast<uint64_t>(value) < field.names.size()) {
      out_ += text::JsonString(field.names[static_cast<size_t>(value)]);
    } else {
      out_ += fmt::format("{}", value);
    }
  }

  void Double(double value) {
    out_ += std::isfinite(value) ? fmt::format("{}", value) : fmt::format("\"{}\"", value);
  }

  void Uuid16() {
    Uuid id;
    id.high = Number<uint64_t>();
    id.low = Number<uint64_t>();
    out_ += fmt::format("\"{}\"", id.ToString());
  }

  void Sized(const Field& field) {
    const bool text = field.type == FieldType::kString;
    const int64_t length = Length(text);
    if (length < 0) return Null(field);
    const Bytes content = Take(static_cast<uint64_t>(length));
    out_ += text ? text::JsonString(AsText(content)) : fmt::format("\"{}\"", text::Base64(content));
  }

  // A struct that may be null has a byte before it that tells: null is less than 0, or 0 itself
  // in a tagged field.
  void Nested(const Field& field) {
    if (!field.array && version_ >= field.nullable_since &&
        Number<int8_t>() < (field.tag < 0 ? 0 : 1)) {
      return Null(field);
    }
    Object(field.fields);
  }

  const int version_;
  const bool flexible_;
  const size_t size_;
  Bytes rest_;
  bool ok_ = true;
  std::string error_;
  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> ReadMessage(const Schema& schema, int version, Bytes bytes) {
  const int read_as = std::min(version, schema.version_max);
  if (version < 0) {
    return absl::InvalidArgumentError(fmt::format("{} of version {}", schema.name, version));
  }
  auto json = MessageReader(schema, read_as, bytes).Run(schema.fields);
  if (json.ok() || read_as == version) return json;
  return absl::InvalidArgumentError(
      fmt::format("{} of version {}, {} is the newest one known", schema.name, version, read_as));
}

}  // namespace varve::dump
