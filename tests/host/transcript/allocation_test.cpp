// That a replayed command allocates nothing: this program counts.
#include <cstdlib>
#include <new>

#include "tests/host/transcript/support.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;

TEST_CASE("an answer from a transcript allocates nothing") {
  auto slot = recorded("> 00B2010C00\n< 70009000\n> 0020008002****\n< 9000\n");
  const auto record = bytes("00B2010C");
  const auto pin = bytes("00200080022497");
  const auto unknown = bytes("00A4040001AA00");
  emv::ResponseBuffer answer;
  const std::size_t before = allocations;
  const bool answered = slot.transmit(record, answer) == SlotStatus::ok &&
                        slot.transmit(pin, answer) == SlotStatus::ok &&
                        slot.transmit(unknown, answer) == SlotStatus::ok;
  const std::size_t after = allocations;
  CHECK(after == before);
  CHECK(before > 0);
  CHECK(answered);
  CHECK(hex(answer) == "6A82");
}
