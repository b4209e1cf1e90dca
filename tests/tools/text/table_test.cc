#include "tools/text/table.h"

#include <gtest/gtest.h>

namespace varve::text {
namespace {

TEST(Table, AlignsColumnsAndCutsNothing) {
  Table table({"NAME", ">SIZE", "NOTE"});
  table.Add({"a-name-that-is-longer-than-its-headline", "1", ""});
  table.Add({"b", "1234567", "x"});
  EXPECT_EQ(table.ToString(),
            "NAME                                        SIZE  NOTE\n"
            "a-name-that-is-longer-than-its-headline        1\n"
            "b                                        1234567  x\n");
}

TEST(Table, CountsCharactersAndEscapesWhatBreaksALine) {
  Table table({"A", "B"});
  table.Add({"\xc3\xa9\xc3\xa9", "x\ny"});
  table.Add({"zz", ""});
  EXPECT_EQ(table.ToString(), "A   B\n\xc3\xa9\xc3\xa9  x\\ny\nzz\n");
}

TEST(Table, WithoutRowsIsItsHeadlines) {
  EXPECT_EQ(Table({"A", ">B"}).ToString(), "A  B\n");
  EXPECT_TRUE(Table({"A"}).empty());
}

}  // namespace
}  // namespace varve::text
