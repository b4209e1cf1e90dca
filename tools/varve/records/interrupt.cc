#include "tools/varve/records/interrupt.h"

#include <signal.h>

#include <initializer_list>

namespace varve::cli {
namespace {

volatile sig_atomic_t signal_came = 0;

void Note(int /*signal*/) { signal_came = 1; }

void Install(void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace

// Without SA_RESTART: a read that waits is to end.
Interrupt::Interrupt() {
  signal_came = 0;
  Install(&Note, static_cast<int>(SA_RESETHAND));
}

Interrupt::~Interrupt() { Install(SIG_DFL, 0); }

bool Interrupt::asked() { return signal_came != 0; }

}  // namespace varve::cli
