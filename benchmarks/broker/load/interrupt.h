#pragma once

namespace varve::bench {

// Has SIGINT end a measurement early, with the figures up to then; a second one ends the process.
void CatchInterrupt();
bool Interrupted();

}  // namespace varve::bench
