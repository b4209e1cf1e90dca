#include "server/wire/init_producer_id.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "tests/server/broker/machine.h"
#include "tests/server/broker/requests.h"

namespace varve::broker::test {
namespace {

using wire::ErrorCode;

constexpr int kVersion = 5;

int64_t NewId(Client& client) {
  const auto answer = client.Call(wire::InitProducerIdRequest{}, kVersion);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_EQ(answer.producer_epoch, 0);
  return answer.producer_id;
}

TEST(InitProducerId, EveryoneGetsAnIdOfHisOwn) {
  Machine machine;
  std::set<int64_t> given;
  Client* clients[] = {&machine.Connect(), &machine.Connect()};  // on different shards
  for (int i = 0; i < 10; ++i) {
    for (Client* client : clients) EXPECT_TRUE(given.insert(NewId(*client)).second);
  }
}

TEST(InitProducerId, NoIdComesTwiceWhateverEndsTheProcess) {
  Machine machine;
  std::set<int64_t> given{NewId(machine.client())};
  machine.Restart();
  EXPECT_TRUE(given.insert(NewId(machine.client())).second);
  for (const io::SimCrash kind : {io::SimCrash::kProcess, io::SimCrash::kPower}) {
    machine.Crash(kind);
    machine.Start();
    EXPECT_TRUE(given.insert(NewId(machine.client())).second);
  }
}

// Without a transactional id there is nobody to shut out: as Kafka, a new id instead of an epoch.
TEST(InitProducerId, WhoHasAnIdGetsANewOne) {
  Machine machine;
  const int64_t first = NewId(machine.client());
  wire::InitProducerIdRequest request;
  request.producer_id = first;
  request.producer_epoch = 7;
  const auto answer = machine.client().Call(request, kVersion);
  EXPECT_EQ(answer.error_code, ErrorCode::kNone);
  EXPECT_NE(answer.producer_id, first);
  EXPECT_EQ(answer.producer_epoch, 0);
}

TEST(InitProducerId, AnIdWithoutEpochIsRefused) {
  Machine machine;
  wire::InitProducerIdRequest request;
  request.producer_id = 3;
  EXPECT_EQ(machine.client().Call(request, kVersion).error_code, ErrorCode::kInvalidRequest);
  request.producer_id = -1;
  request.producer_epoch = 3;
  const auto answer = machine.client().Call(request, kVersion);
  EXPECT_EQ(answer.error_code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(answer.producer_id, -1);
  EXPECT_EQ(answer.producer_epoch, -1);
}

TEST(InitProducerId, TransactionsHaveNoCoordinator) {
  Machine machine;
  wire::InitProducerIdRequest request;
  request.transaction_timeout_ms = 60'000;
  request.transactional_id = "t";
  EXPECT_EQ(machine.client().Call(request, kVersion).error_code,
            ErrorCode::kCoordinatorNotAvailable);
  request.transactional_id = "";
  EXPECT_EQ(machine.client().Call(request, kVersion).error_code, ErrorCode::kInvalidRequest);
}

TEST(InitProducerId, AFullDiskIsAskedAgain) {
  Machine machine;
  machine.disk().Inject({.call = io::SimCall::kAppend,
                         .kind = io::SimFault::kNoSpace,
                         .path = "__cluster_metadata-0"});
  const auto answer = machine.client().Call(wire::InitProducerIdRequest{}, kVersion);
  EXPECT_EQ(answer.error_code, ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(answer.producer_id, -1);
  machine.RunFor(std::chrono::seconds(10));
  EXPECT_EQ(NewId(machine.client()), 0);
}

}  // namespace
}  // namespace varve::broker::test
