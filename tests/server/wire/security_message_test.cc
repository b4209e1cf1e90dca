#include "tests/server/wire/admin_messages.h"
#include "tests/server/wire/message_promises.h"

namespace varve::wire {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(Security, MessageTest, SecurityMessages);

}  // namespace
}  // namespace varve::wire
