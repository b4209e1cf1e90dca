#include "server/cluster/meta_properties.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/io/sim/sim_disk.h"
#include "engine/io/sim/world.h"
#include "server/config/broker_config.h"

namespace varve::cluster {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view kWritten =
    "#\n"
    "#Fri Nov 22 10:11:12 UTC 2024\n"
    "cluster.id=4L6g3nShT-eMCtK--X86sw\n"
    "directory.id=gZ0Ql1kPR4uH2dRYw7ND0g\n"
    "node.id=3\n"
    "version=1\n";

class Identities : public ::testing::Test {
 protected:
  Identities() : loop_(world_.NewLoop()) {}
  io::SimDisk& disk() { return world_.disk(); }

  void Put(const std::string& directory, std::string_view text) {
    ASSERT_TRUE(disk().Put(directory + "/meta.properties", AsBytes(text)).ok());
  }
  void MakeEmpty(const std::string& directory) {
    ASSERT_TRUE(disk().Put(directory + "/other", {}).ok());
  }
  absl::StatusOr<Identity> Establish(std::vector<std::string> directories, int32_t node_id = -1) {
    return world_.Run(*loop_, EstablishIdentity(*loop_, std::move(directories), node_id));
  }
  std::string Refusal(std::vector<std::string> directories, int32_t node_id = -1) {
    const auto identity = Establish(std::move(directories), node_id);
    EXPECT_TRUE(absl::IsFailedPrecondition(identity.status())) << identity.status();
    return std::string(identity.status().message());
  }
  MetaProperties Read(const std::string& directory) {
    return **world_.Run(*loop_, ReadMetaProperties(loop_->disk(), directory));
  }

  io::SimWorld world_;
  std::unique_ptr<io::Loop> loop_;
};

TEST(MetaProperties, ReadsWhatKafkaWrites) {
  const auto properties = ParseMetaProperties(kWritten, "m");
  ASSERT_TRUE(properties.ok()) << properties.status();
  EXPECT_EQ(properties->cluster_id, "4L6g3nShT-eMCtK--X86sw");
  EXPECT_EQ(properties->node_id, 3);
  EXPECT_EQ(properties->directory_id->ToString(), "gZ0Ql1kPR4uH2dRYw7ND0g");
  EXPECT_TRUE(properties->others.empty());
}

TEST(MetaProperties, WritesWhatItReads) {
  const MetaProperties properties{
      "a:b=c", 7, Uuid{5, 600}, {{"some.key", " spaced #! "}, {"z", ""}}};
  const auto again = ParseMetaProperties(FormatMetaProperties(properties), "m");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, properties);
}

TEST(MetaProperties, NamesWhatIsWrong) {
  const struct {
    std::string_view text;
    std::string_view named;
  } cases[] = {
      {"", "has no version"},
      {"version=1\nnode.id=1\n", "has no cluster.id"},
      {"version=1\ncluster.id=x\n", "has no node.id"},
      {"version=1\ncluster.id=\nnode.id=1\n", "has no cluster.id"},
      {"version=0\ncluster.id=x\nbroker.id=1\n", "ZooKeeper"},
      {"version=2\ncluster.id=x\nnode.id=1\n", "version 2, expected 1"},
      {"version=1\ncluster.id=x\nnode.id=one\n", "node.id=one"},
      {"version=1\ncluster.id=x\nnode.id=-1\n", "node.id=-1"},
      {"version=1\ncluster.id=x\nnode.id=1\ndirectory.id=abc\n", "directory.id=abc"},
      {"version=1\ncluster.id=x\nnode.id=1\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAA\n",
       "directory.id=AAAA"},
      {"version=1\ncluster.id=x\nnode.id=1\nnode.id=2\n", "node.id twice: 1 and 2"},
      {"version=\\u12", "line"},
  };
  for (const auto& each : cases) {
    const auto properties = ParseMetaProperties(each.text, "/d/meta.properties");
    EXPECT_TRUE(absl::IsFailedPrecondition(properties.status())) << each.text;
    EXPECT_THAT(std::string(properties.status().message()),
                AllOf(HasSubstr("/d/meta.properties"), HasSubstr(std::string(each.named))));
  }
}

TEST_F(Identities, ANewNodeMakesItsOwn) {
  MakeEmpty("/a");
  MakeEmpty("/b");
  const auto identity = Establish({"/a", "/b"});
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->node_id, config::kFirstNodeId);
  EXPECT_EQ(identity->cluster_id.size(), 22u);
  EXPECT_NE(identity->directory_ids[0], identity->directory_ids[1]);
  EXPECT_EQ(Read("/a").directory_id, identity->directory_ids[0]);
  EXPECT_EQ(Read("/b").cluster_id, identity->cluster_id);

  const auto again = Establish({"/b", "/a"});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->cluster_id, identity->cluster_id);
  EXPECT_EQ(again->directory_ids[1], identity->directory_ids[0]);
}

TEST_F(Identities, TheConfigurationNamesTheNode) {
  MakeEmpty("/a");
  EXPECT_EQ(Establish({"/a"}, 9)->node_id, 9);
  EXPECT_EQ(Establish({"/a"})->node_id, 9);
  EXPECT_THAT(Refusal({"/a"}, 8), AllOf(HasSubstr("/a/meta.properties has node.id=9"),
                                        HasSubstr("configuration has node.id=8")));
}

TEST_F(Identities, ANewDirectoryJoins) {
  Put("/a", kWritten);
  MakeEmpty("/b");
  const auto identity = Establish({"/b", "/a"});
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->cluster_id, "4L6g3nShT-eMCtK--X86sw");
  EXPECT_EQ(Read("/b").node_id, 3);
  EXPECT_EQ(disk().Content("/a/meta.properties").value(),
            Buffer(AsBytes(kWritten).begin(), AsBytes(kWritten).end()));
}

TEST_F(Identities, AnOldDirectoryGetsAnIdAndKeepsTheRest) {
  Put("/a", "version=1\ncluster.id=c\nnode.id=3\nextra=kept\n");
  ASSERT_TRUE(Establish({"/a"}).ok());
  EXPECT_TRUE(Read("/a").directory_id.has_value());
  EXPECT_EQ(Read("/a").others.at("extra"), "kept");
}

TEST_F(Identities, DirectoriesThatDisagreeAreNotTouched) {
  Put("/a", "version=1\ncluster.id=c\nnode.id=3\n");
  Put("/b", "version=1\ncluster.id=d\nnode.id=3\n");
  Put("/c", "version=1\ncluster.id=c\nnode.id=4\n");
  EXPECT_THAT(Refusal({"/a", "/b"}), AllOf(HasSubstr("/a/meta.properties has cluster.id=c"),
                                           HasSubstr("/b/meta.properties has cluster.id=d")));
  EXPECT_THAT(Refusal({"/a", "/c"}), AllOf(HasSubstr("/a/meta.properties has node.id=3"),
                                           HasSubstr("/c/meta.properties has node.id=4")));
  EXPECT_FALSE(Read("/a").directory_id.has_value());
}

TEST_F(Identities, ACopyOfADirectoryIsNotASecondOne) {
  Put("/a", kWritten);
  Put("/b", kWritten);
  EXPECT_THAT(Refusal({"/a", "/b"}), HasSubstr("directory.id=gZ0Ql1kPR4uH2dRYw7ND0g"));
}

TEST_F(Identities, UnreadableIsNotAbsent) {
  Put("/a", kWritten);
  ASSERT_TRUE(disk().MarkBad("/a/meta.properties", 0, 1).ok());
  EXPECT_TRUE(absl::IsDataLoss(Establish({"/a"}).status()));
}

}  // namespace
}  // namespace varve::cluster
