#include "tests/compile/common.h"

namespace varve {

void Drops() { MayFailLater(); }

}  // namespace varve
