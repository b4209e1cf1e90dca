#include "tools/text/interrupt.h"

#include <signal.h>

#include <atomic>
#include <initializer_list>

namespace varve::text {
namespace {

std::atomic<bool> signal_came{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a handler sets it");

void NoteSignal(int /*signal*/) { signal_came.store(true); }

void InstallHandler(void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace

// Without SA_RESTART: a read that waits is to end.
Interrupt::Interrupt() {
  signal_came.store(false);
  InstallHandler(&NoteSignal, static_cast<int>(SA_RESETHAND));
}

Interrupt::~Interrupt() { InstallHandler(SIG_DFL, 0); }

bool Interrupt::asked() { return signal_came.load(); }

}  // namespace varve::text
