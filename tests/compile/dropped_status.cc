#include "tests/compile/common.h"

namespace varve {

void Drops() { MayFail(); }

}  // namespace varve
