#include "host/keys/openssl.hpp"

#include <openssl/crypto.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>

#include "host/base/failure.hpp"
#include "host/keys/derivation.hpp"
#include "host/keys/mac.hpp"
#include "tests/host/keys/hex.hpp"

namespace sesame::keys {
namespace {

// OpenSSL allocates through these, of which one can be told to fail once.
constexpr int never = -1;
int allocations_until_failure = never;

bool fails_now() {
  if (allocations_until_failure == never) return false;
  return allocations_until_failure-- == 0;
}
void* allocate(std::size_t size, const char*, int) { return fails_now() ? nullptr : std::malloc(size); }
void* reallocate(void* memory, std::size_t size, const char*, int) {
  return fails_now() ? nullptr : std::realloc(memory, size);
}
void release(void* memory, const char*, int) { std::free(memory); }

// Only possible before OpenSSL has allocated anything, hence before main.
const bool installed = CRYPTO_set_mem_functions(allocate, reallocate, release) == 1;

void use_everything() {
  const Key imk = test::key("0123456789ABCDEFFEDCBA9876543210");
  for (const auto option : {MasterKeyOption::a, MasterKeyOption::b, MasterKeyOption::c}) {
    master_key(option, imk, "1234567890123456789", "00");
  }
  for (const auto method : {SessionKeyMethod::none, SessionKeyMethod::csk, SessionKeyMethod::skd,
                            SessionKeyMethod::tree, SessionKeyMethod::aes}) {
    SessionKeys(method, imk).derive(1);
  }
  for (const auto algorithm : {MacAlgorithm::tdes_retail, MacAlgorithm::aes_cmac}) {
    MacKey(algorithm, imk).mac(imk.bytes());
  }
}

TEST_CASE("when OpenSSL fails, at whatever place, one line says so") {
  REQUIRE(installed);
  use_everything();  // what is fetched once per process is fetched
  int failures = 0;
  for (int place = 0; place < 1000; ++place) {
    allocations_until_failure = place;
    try {
      use_everything();
    } catch (const Failure& failure) {
      ++failures;
      CHECK(failure.kind() == Failure::environment);
      CHECK_THAT(failure.what(), Catch::StartsWith("OpenSSL 3 failed at "));
    }
    const bool reached = allocations_until_failure == never;
    allocations_until_failure = never;
    if (!reached) break;
  }
  CHECK(failures >= 10);
  CHECK_NOTHROW(use_everything());
}

TEST_CASE("a cipher takes whole blocks only") {
  Cipher cipher(Algorithm::tdes_ecb, Key());
  Mac block{};
  CHECK_NOTHROW(cipher.encrypt(block, block.data()));
  CHECK_THROWS_AS(cipher.encrypt(Bytes(block).first(7), block.data()), std::logic_error);
}

// FIPS 180-4's example of one block.
TEST_CASE("SHA-1 is SHA-1") {
  CHECK(test::hex(sha1(test::bytes("616263"))) == "A9993E364706816ABA3E25717850C26C9CD0D89D");
}

}  // namespace
}  // namespace sesame::keys
