#include "tests/bench/openssl_time.hpp"

#include <openssl/evp.h>

#include <chrono>

namespace sesame::bench {

namespace {

bool measuring = false;
std::uint64_t spent = 0;
std::uint64_t calls = 0;

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

}  // namespace

void measure_openssl(bool on) {
  measuring = on;
  spent = calls = 0;
}
std::uint64_t openssl_nanoseconds() { return spent; }
std::uint64_t openssl_calls() { return calls; }

double overhead_nanoseconds() {
  constexpr int kRounds = 1'000'000;
  const std::uint64_t start = now();
  std::uint64_t sum = 0;
  for (int i = 0; i < kRounds; ++i) sum += now() & 1;
  const double each = static_cast<double>(now() - start + (sum & 1)) / kRounds;
  return each;  // of the two readings, about one falls inside the measured time
}

template <class Call>
auto measured(Call call) {
  if (!measuring) return call();
  const std::uint64_t start = now();
  const auto result = call();
  spent += now() - start;
  ++calls;
  return result;
}

}  // namespace sesame::bench

using sesame::bench::measured;

extern "C" {

EVP_CIPHER_CTX* __real_EVP_CIPHER_CTX_new();
EVP_CIPHER_CTX* __wrap_EVP_CIPHER_CTX_new() {
  return measured([] { return __real_EVP_CIPHER_CTX_new(); });
}

void __real_EVP_CIPHER_CTX_free(EVP_CIPHER_CTX* context);
void __wrap_EVP_CIPHER_CTX_free(EVP_CIPHER_CTX* context) {
  measured([&] {
    __real_EVP_CIPHER_CTX_free(context);
    return 0;
  });
}

int __real_EVP_EncryptInit_ex2(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, const unsigned char* key,
                               const unsigned char* iv, const OSSL_PARAM* params);
int __wrap_EVP_EncryptInit_ex2(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, const unsigned char* key,
                               const unsigned char* iv, const OSSL_PARAM* params) {
  return measured([&] { return __real_EVP_EncryptInit_ex2(context, cipher, key, iv, params); });
}

int __real_EVP_EncryptUpdate(EVP_CIPHER_CTX* context, unsigned char* out, int* written,
                             const unsigned char* in, int size);
int __wrap_EVP_EncryptUpdate(EVP_CIPHER_CTX* context, unsigned char* out, int* written,
                             const unsigned char* in, int size) {
  return measured([&] { return __real_EVP_EncryptUpdate(context, out, written, in, size); });
}

int __real_EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX* context, int padding);
int __wrap_EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX* context, int padding) {
  return measured([&] { return __real_EVP_CIPHER_CTX_set_padding(context, padding); });
}

}  // extern "C"
