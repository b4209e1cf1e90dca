#pragma once

#include <coroutine>

namespace varve::io {

// Something a loop will run: a link and a function. It lives inside whatever owns it (an
// operation, a frame), so that handing work around allocates nothing. It must stay alive, and
// must not be handed over again, until `run` has been called; `run` may free it.
struct Work {
  explicit Work(void (*run_function)(Work&)) : run(run_function) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void (*run)(Work&);
  Work* next = nullptr;
};

}  // namespace varve::io
