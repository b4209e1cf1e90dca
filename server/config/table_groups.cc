#include "server/config/tables.h"

namespace varve::config {
namespace {

constexpr Property kGroups[] = {
    {.name = "offsets.topic.num.partitions",
     .type = Type::kInt,
     .default_text = "50",
     .min = 1,
     .doc = "Partitions of __consumer_offsets, when it is made."},
    {.name = "offsets.topic.replication.factor",
     .type = Type::kShort,
     .default_text = "3",
     .min = 1,
     .doc = "Replicas of __consumer_offsets; at most as many as there are brokers."},
    {.name = "offsets.topic.segment.bytes",
     .type = Type::kInt,
     .default_text = "104857600",
     .min = 1,
     .doc = "Segment size of __consumer_offsets, when it is made."},
    {.name = "offsets.topic.compression.codec",
     .type = Type::kInt,
     .default_text = "0",
     .min = 0,
     .max = 4,
     .doc = "Codec of what is written to __consumer_offsets: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 "
            "zstd."},
    {.name = "offsets.retention.minutes",
     .type = Type::kInt,
     .default_text = "10080",
     .min = 1,
     .doc = "How long offsets of an empty group are kept."},
    {.name = "offsets.retention.check.interval.ms",
     .type = Type::kLong,
     .default_text = "600000",
     .min = 1,
     .doc = "How often old offsets are looked for."},
    {.name = "offset.metadata.max.bytes",
     .type = Type::kInt,
     .default_text = "4096",
     .doc = "The largest metadata of a committed offset."},
    {.name = "group.initial.rebalance.delay.ms",
     .type = Type::kInt,
     .default_text = "3000",
     .doc = "How long a new group waits for members."},
    {.name = "group.min.session.timeout.ms",
     .type = Type::kInt,
     .default_text = "6000",
     .doc = "The shortest session a member may ask for."},
    {.name = "group.max.session.timeout.ms",
     .type = Type::kInt,
     .default_text = "1800000",
     .doc = "The longest session a member may ask for."},
    {.name = "group.max.size",
     .type = Type::kInt,
     .default_text = "2147483647",
     .min = 1,
     .doc = "The most members of a group."},
};

}  // namespace

std::span<const Property> GroupProperties() { return kGroups; }

}  // namespace varve::config
