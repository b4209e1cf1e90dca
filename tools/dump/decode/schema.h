#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"

// What Kafka writes into the records of its internal topics, as tables of fields, and one reader
// for all of them. Names and versions are those of Kafka's message schemas.
namespace varve::dump {

enum class FieldType : uint8_t {
  kBool,
  kInt8,
  kInt16,
  kUint16,
  kInt32,
  kInt64,
  kFloat64,
  kUuid,
  kString,
  kBytes,
  kStruct,
};

inline constexpr int kEveryVersion = 32767;

struct Field {
  std::string_view name;
  FieldType type = FieldType::kInt32;
  bool array = false;
  int since = 0;  // versions that have it
  int until = kEveryVersion;
  int nullable_since = kEveryVersion;
  int tag = -1;                                  // >= 0: among the tagged fields
  std::span<const Field> fields = {};            // of a struct
  std::span<const std::string_view> names = {};  // of the values of an integer

  constexpr Field Array() const {
    Field field = *this;
    field.array = true;
    return field;
  }
  constexpr Field Since(int version) const {
    Field field = *this;
    field.since = version;
    return field;
  }
  constexpr Field Only(int version) const {
    Field field = *this;
    field.since = field.until = version;
    return field;
  }
  constexpr Field Nullable(int version = 0) const {
    Field field = *this;
    field.nullable_since = version;
    return field;
  }
  constexpr Field Tagged(int number) const {
    Field field = *this;
    field.tag = number;
    return field;
  }
  constexpr Field Named(std::span<const std::string_view> all) const {
    Field field = *this;
    field.names = all;
    return field;
  }
};

struct Schema {
  std::string_view name;
  int version_max = 0;
  int flexible_since = kEveryVersion;
  std::span<const Field> fields = {};
};

constexpr Field MakeField(std::string_view name, FieldType type,
                          std::span<const Field> fields = {}) {
  Field field;
  field.name = name;
  field.type = type;
  field.fields = fields;
  return field;
}
constexpr Field Bool(std::string_view name) { return MakeField(name, FieldType::kBool); }
constexpr Field Int8(std::string_view name) { return MakeField(name, FieldType::kInt8); }
constexpr Field Int16(std::string_view name) { return MakeField(name, FieldType::kInt16); }
constexpr Field Uint16(std::string_view name) { return MakeField(name, FieldType::kUint16); }
constexpr Field Int32(std::string_view name) { return MakeField(name, FieldType::kInt32); }
constexpr Field Int64(std::string_view name) { return MakeField(name, FieldType::kInt64); }
constexpr Field Float64(std::string_view name) { return MakeField(name, FieldType::kFloat64); }
constexpr Field Id(std::string_view name) { return MakeField(name, FieldType::kUuid); }
constexpr Field String(std::string_view name) { return MakeField(name, FieldType::kString); }
constexpr Field Blob(std::string_view name) { return MakeField(name, FieldType::kBytes); }
constexpr Field Struct(std::string_view name, std::span<const Field> fields) {
  return MakeField(name, FieldType::kStruct, fields);
}
constexpr Field Structs(std::string_view name, std::span<const Field> fields) {
  return Struct(name, fields).Array();
}

// Reads a message of `version` that takes all of `bytes`; returns it as one JSON object, with ids
// as Kafka prints them and bytes in base64. Tagged fields that are absent are left out; those that
// nobody knows are shown in hex as "tag<N>". A version after schema.version_max is read as that
// one, since most of what is new comes in tagged fields.
// InvalidArgument: it is cut short, goes on, or lies about a length.
absl::StatusOr<std::string> ReadMessage(const Schema& schema, int version, Bytes bytes);

}  // namespace varve::dump
