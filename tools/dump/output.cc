#include "tools/dump/output.h"

#include <unistd.h>

#include "tools/text/json.h"
#include "tools/text/time_text.h"
#include "tools/text/write_all.h"

namespace varve::dump {
namespace {

constexpr size_t kFlushBytes = size_t{64} << 10;

void Add(fmt::memory_buffer& buffer, std::string_view text) {
  buffer.append(text.data(), text.data() + text.size());
}

}  // namespace

void Output::BeginFile(const std::string& path) {
  file_ = path;
  if (style_ == Style::kJson) return;
  fmt::format_to(std::back_inserter(buffer_), "# {}\n", path);
}

void Output::Note(std::string_view line) {
  if (style_ == Style::kJson) return;
  Add(buffer_, line);
  EndLine();
}

void Output::EndLine() {
  buffer_.push_back('\n');
  if (buffer_.size() >= kFlushBytes) Flush();
}

void Output::Flush() {
  if (ok_) ok_ = text::WriteAll(STDOUT_FILENO, {buffer_.data(), buffer_.size()}) == 0;
  buffer_.clear();
}

Row::Row(Output& out, std::string_view type, std::string_view lead) : out_(out) {
  if (!json()) {
    Add(out_.buffer(), lead);
    return;
  }
  Add(out_.buffer(), "{");
  Text("type", type);
  if (!out_.file().empty()) Text("file", out_.file());
}

Row::~Row() {
  if (json()) Add(out_.buffer(), "}");
  out_.EndLine();
}

void Row::Name(std::string_view name) {
  if (json()) {
    fmt::format_to(std::back_inserter(out_.buffer()), "{}\"{}\":", first_ ? "" : ",", name);
  } else {
    fmt::format_to(std::back_inserter(out_.buffer()), "{}{}: ", first_ ? "" : " ", name);
  }
  first_ = false;
}

Row& Row::Int(std::string_view name, int64_t value) {
  Name(name);
  fmt::format_to(std::back_inserter(out_.buffer()), "{}", value);
  return *this;
}

Row& Row::Bool(std::string_view name, bool value) {
  Name(name);
  Add(out_.buffer(), value ? "true" : "false");
  return *this;
}

Row& Row::Number(std::string_view name, double value) {
  Name(name);
  fmt::format_to(std::back_inserter(out_.buffer()), "{:.3f}", value);
  return *this;
}

Row& Row::Text(std::string_view name, std::string_view value) {
  Name(name);
  if (json()) {
    Add(out_.buffer(), text::JsonString(value));
  } else {
    Add(out_.buffer(), value);
  }
  return *this;
}

Row& Row::Raw(std::string_view name, std::string_view raw, std::string_view text) {
  Name(name);
  Add(out_.buffer(), json() ? raw : text);
  return *this;
}

Row& Row::Time(std::string_view name, int64_t ms) {
  return json() ? Int(name, ms) : Text(name, text::TimeText(ms));
}

}  // namespace varve::dump
