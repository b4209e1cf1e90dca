#include "tests/server/wire/all_messages.h"
#include "tests/server/wire/message_promises.h"

namespace varve::wire {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Client, MessageTest, AllMessages);

}  // namespace
}  // namespace varve::wire
