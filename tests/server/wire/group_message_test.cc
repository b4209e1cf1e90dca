#include "tests/server/wire/group_messages.h"
#include "tests/server/wire/message_promises.h"

namespace varve::wire {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Groups, MessageTest, GroupMessages);

}  // namespace
}  // namespace varve::wire
