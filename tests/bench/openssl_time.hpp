// How long this process has been inside OpenSSL's ciphers, measured around each call.
#pragma once

#include <cstdint>

namespace sesame::bench {

// Off by default: reading the clock twice a call costs, too.
void measure_openssl(bool on);
std::uint64_t openssl_nanoseconds();
std::uint64_t openssl_calls();
// What the measurement itself adds to one call, to be taken off.
double overhead_nanoseconds();

}  // namespace sesame::bench
