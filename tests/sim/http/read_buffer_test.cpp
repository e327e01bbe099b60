#include "sim/http/read_buffer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

namespace sesame::sim {

TEST_CASE("a buffer grows up to its capacity, and keeps what is in it") {
  ReadBuffer buffer;
  std::string come;
  for (std::span<char> room = buffer.room(); !room.empty(); room = buffer.room()) {
    std::fill(room.begin(), room.end(), static_cast<char>('a' + come.size() % 26));
    come.append(room.begin(), room.end());
    buffer.commit(room.size());
    CHECK(buffer.view() == come);
  }
  CHECK(come.size() == ReadBuffer::kCapacity);
  buffer.consume(1'000);
  CHECK(buffer.room().size() == 1'000);
  CHECK(buffer.view() == come.substr(1'000));
}

}  // namespace sesame::sim
