#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace varve::text {

// Rows under headlines, in columns as wide as what is in them: nothing is cut. A column whose
// headline begins with '>' stands to the right, as numbers do.
//
//   Table table({"NAME", ">SIZE"});
//   table.Add({"numbers", "1.5 MiB"});
class Table {
 public:
  Table(std::initializer_list<std::string_view> headlines);

  // As many cells as there are headlines. What would break a line is escaped.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // With a line feed behind each line, and no blanks before it.
  std::string ToString() const;

 private:
  struct Column {
    std::string headline;
    bool right = false;
    size_t width = 0;
  };

  void AppendLine(std::string& out, const std::vector<std::string>& cells) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace varve::text
