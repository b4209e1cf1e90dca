#include "tools/text/json_writer.h"

#include <gtest/gtest.h>

namespace varve::text {
namespace {

TEST(JsonWriter, WritesNestedValues) {
  JsonWriter json;
  json.BeginArray();
  json.BeginObject().Field("name", "a\"b").Field("size", 5).Flag("there", true).EndObject();
  json.BeginObject().Key("list").BeginArray().Int(1).Text("x").Null().EndArray().EndObject();
  json.BeginObject().EndObject();
  json.EndArray();
  EXPECT_EQ(json.Take(), R"([{"name":"a\"b","size":5,"there":true},{"list":[1,"x",null]},{}])");
}

TEST(JsonWriter, HasNullForWhatIsNotThere) {
  JsonWriter json;
  json.BeginObject()
      .Field("a", std::optional<int64_t>())
      .Field("b", std::optional<int64_t>(7))
      .Field("c", std::optional<std::string>())
      .EndObject();
  EXPECT_EQ(json.Take(), R"({"a":null,"b":7,"c":null})");
}

TEST(JsonWriter, BeginsAnewOnceTaken) {
  JsonWriter json;
  json.Int(1);
  EXPECT_EQ(json.Take(), "1");
  json.Raw("[2]");
  EXPECT_EQ(json.Take(), "[2]");
}

}  // namespace
}  // namespace varve::text
