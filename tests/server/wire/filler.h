#pragma once

#include <deque>
#include <random>
#include <string>

#include "server/wire/codec.h"

namespace varve::wire {

// Sets every field that a version has, from a seed: one more user of the field lists. What it
// fills in lives as long as the filler.
class Filler : public Codec<Filler> {
 public:
  explicit Filler(uint64_t seed) : random_(seed) {}

  template <typename Message>
  Message Make(int version) {
    Use(version, version >= Message::Api::kFirstFlexible);
    Message message;
    (*this)(message);
    return message;
  }

  template <typename T>
  void Tagged(int /*tag*/, T& member, const std::type_identity_t<T>& absent = {}) {
    member = absent;
    if (flexible() && Below(4) != 0) Field(member);
  }

 private:
  friend class Codec<Filler>;

  size_t Below(size_t bound) { return random_() % bound; }

  template <typename T>
  void Number(T& value) {
    if constexpr (std::is_same_v<T, double>) {
      value = static_cast<double>(random_());
    } else if constexpr (std::is_same_v<T, bool>) {
      value = Below(2) != 0;
    } else {
      value = static_cast<T>(random_());
    }
  }

  std::string& Random(size_t size_max) {
    std::string& text = kept_.emplace_back(Below(size_max + 1), '\0');
    for (char& c : text) c = static_cast<char>(random_());
    return text;
  }
  void Sized(std::string_view& text) { text = Random(200); }
  void Sized(std::string& text) { text = Random(200); }
  void Sized(OpaqueBytes& opaque) { opaque.bytes = AsBytes(Random(200)); }
  void Sized(RequestRecords& records) {
    std::string& text = Random(300);
    records.bytes = {reinterpret_cast<std::byte*>(text.data()), text.size()};
  }
  void Sized(ResponseRecords& records) { records = {AsBytes(Random(300))}; }
  template <typename T>
  void Sized(std::vector<T>& values) {
    values.resize(Below(4));
    for (T& value : values) Field(value);
  }

  template <typename T>
  void Nullable(std::optional<T>& value) {
    value.reset();
    if (Below(4) != 0) Field(value.emplace());
  }
  template <typename T>
  void Required(std::optional<T>& value) {
    Field(value.emplace());
  }
  template <typename T>
  void Struct(T& value) {
    T::Fields(*this, value, version());
  }

  std::mt19937_64 random_;
  std::deque<std::string> kept_;
};

}  // namespace varve::wire
