// A connection to the PC/SC service (pcscd), whose calls end in time.
//
// Nothing interrupts a call of PC/SC: SCardConnect waits for another program's transaction to end,
// SCardTransmit for the reader's driver, and every one of them for a pcscd that was stopped. So a context
// makes its calls in a thread of its own, and who asks waits for no longer than they like. A call that is
// late then goes on without a caller. Its context is lost; it is released when the call ends, if it ever
// does. A process that ends before does not wait for it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <winscard.h>

namespace sesame::pcsc {

// How long the service may take for what it knows itself, or to start and do so.
inline constexpr std::chrono::milliseconds kServicePatience{5000};

// Failure (environment) of a service that does not answer.
[[noreturn]] void fail_silent();

class Context {
 public:
  using Millis = std::chrono::milliseconds;

  // `patience` is with the service, here and in whatever it is asked. Failure (environment): there is no
  // service, or it does not answer.
  explicit Context(Millis patience = kServicePatience);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  // Waits a moment for the service to take note.
  ~Context();

  SCARDCONTEXT handle() const;
  Millis patience() const { return patience_; }

  // What `function(handle())` returns; nothing where that takes longer than `limit`, or some call before it
  // did. The function may outlive its caller, so it owns all that it touches. One call at a time.
  template <class Function>
  auto call(std::optional<Millis> limit, Function function) const {
    auto result = std::make_shared<std::optional<std::invoke_result_t<Function, SCARDCONTEXT>>>();
    const bool done = run(limit, [result, function = std::move(function)](SCARDCONTEXT context) mutable {
      result->emplace(function(context));
    });
    return done ? std::move(*result) : std::nullopt;
  }
  // The same for what the service knows itself. Failure (environment): it does not answer.
  template <class Function>
  auto ask(Function function) const {
    auto result = call(patience_, std::move(function));
    if (!result) fail_silent();
    return *std::move(result);
  }

  // Whether a call was late; and whether it still goes on.
  bool lost() const;
  bool busy() const;

  // For another thread. cancel() ends a SCardGetStatusChange of this context that waits at this moment, and
  // no later one; Failure (environment) where the service does not answer. abandon() makes the call under way
  // late, and any that comes.
  void cancel(Millis patience = kServicePatience) const;
  void abandon() const;

 private:
  struct Shared;

  bool run(std::optional<Millis> limit, std::function<void(SCARDCONTEXT)> work) const;

  Millis patience_;
  std::shared_ptr<Shared> shared_;
};

// Failure (environment): there is no service, or it does not answer.
void expect_service(Context::Millis patience = kServicePatience);

}  // namespace sesame::pcsc
