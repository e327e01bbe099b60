#include "host/pcsc/context.hpp"

#include "host/pcsc/errors.hpp"

namespace sesame::pcsc {

Context::Context() {
  const LONG result = ::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle_);
  if (result != SCARD_S_SUCCESS) throw failure(result);
}

Context::~Context() { ::SCardReleaseContext(handle_); }

void Context::cancel() const { ::SCardCancel(handle_); }

}  // namespace sesame::pcsc
