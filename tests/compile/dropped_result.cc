#include "tests/compile/common.h"

namespace varve {

io::Task<> Drops() { co_await MayFailLater(); }

}  // namespace varve
