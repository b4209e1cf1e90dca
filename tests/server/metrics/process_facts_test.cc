#include "server/metrics/process_facts.h"

#include <gtest/gtest.h>

namespace varve::metrics {
namespace {

TEST(ProcessFacts, OfAStatLine) {
  const ProcessFacts facts = ParseProcStat(
      "4711 (a) name (x) S 1 4711 4711 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 7 0 1000 104857600 "
      "2048 18446744073709551615 1 1\n",
      100, 4096, 500);
  EXPECT_EQ(facts.cpu_seconds, 3);
  EXPECT_EQ(facts.threads, 7u);
  EXPECT_EQ(facts.start_seconds, 510);
  EXPECT_EQ(facts.virtual_bytes, 104857600u);
  EXPECT_EQ(facts.resident_bytes, 2048u * 4096);
}

TEST(ProcessFacts, WhatCannotBeReadIsZero) {
  for (const char* text : {"", "4711", "4711 (name", "4711 (name)", "4711 (name) S 1 2"}) {
    const ProcessFacts facts = ParseProcStat(text, 100, 4096, 0);
    EXPECT_EQ(facts.resident_bytes, 0u) << text;
    EXPECT_EQ(facts.cpu_seconds, 0) << text;
  }
}

TEST(ProcessFacts, OfThisProcess) {
  const ProcessFacts facts = ReadProcess();
  EXPECT_GT(facts.resident_bytes, 1u << 20);
  EXPECT_GE(facts.threads, 1u);
  EXPECT_GE(facts.open_files, 3u);
  EXPECT_GE(facts.open_files_max, facts.open_files);
  EXPECT_GT(facts.start_seconds, 1e9);
}

}  // namespace
}  // namespace varve::metrics
