#include "host/ifd/wire.hpp"

#include <catch2/catch.hpp>

#include <array>

#include "host/ifd/packet.hpp"
#include "host/io/descriptor.hpp"
#include "tests/host/ifd/machine.hpp"

namespace sesame::ifd {
namespace {

using namespace test;

TEST_CASE("what is put into a message comes out again") {
  Message message;
  put(Hello{Role::presence, 1, 0x01020304, 0x00070000}, message);
  CHECK(text(message) == "50010102030400070000");
  const auto hello = parse_hello(message);
  REQUIRE(hello);
  CHECK((hello->role == Role::presence && hello->process == 0x01020304 && hello->lun == 0x00070000));

  const Octets bytes = hex("A1B2");
  REQUIRE(put(Request{Operation::control, 0x42000D48, bytes}, message));
  CHECK(text(message) == "0542000D48A1B2");
  const auto control = parse_request(message);
  REQUIRE(control);
  CHECK((control->operation == Operation::control && control->code == 0x42000D48 &&
         equal(control->bytes, bytes)));

  REQUIRE(put(Answer{Status::done, bytes}, message));
  CHECK(text(message) == "00A1B2");
  const auto answer = parse_answer(message);
  REQUIRE(answer);
  CHECK((answer->status == Status::done && equal(answer->bytes, bytes)));
}

TEST_CASE("what is longer than any message is not put") {
  Message message;
  const Octets most(kMaxMessage - 1), too_many(kMaxMessage);
  CHECK(put(Request{Operation::transmit, 0, most}, message));
  CHECK_FALSE(put(Request{Operation::transmit, 0, too_many}, message));
  CHECK(message.empty());
  CHECK(put(Request{Operation::control, 1, Octets(kMaxInput)}, message));
  CHECK_FALSE(put(Request{Operation::control, 1, Octets(kMaxInput + 1)}, message));
}

TEST_CASE("a packet that is longer than any message is the end, and not a message that was cut") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const io::Descriptor one(ends[0]), other(ends[1]);
  Message message;
  CHECK(receive_message(other.get(), message) == Received::nothing);
  REQUIRE(send_message(one.get(), Octets(kMaxMessage)));
  CHECK(receive_message(other.get(), message) == Received::message);
  CHECK(message.size() == kMaxMessage);
  REQUIRE(send_message(one.get(), Octets(kMaxMessage + 1)));
  CHECK(receive_message(other.get(), message) == Received::end);
}

TEST_CASE("what is no message is not taken for one") {
  for (const char* hello : {"", "52", "5201000000010000", "520100000001000000", "5101000000010000000000",
                            "510100000001000000", "51010000000100000000", "5201000000010000000000"}) {
    CAPTURE(hello);
    CHECK_FALSE(parse_hello(hex(hello)));
  }
  for (const char* request : {"", "00", "06", "FF", "0100", "0200", "0300", "05", "05420006"}) {
    CAPTURE(request);
    CHECK_FALSE(parse_request(hex(request)));
  }
  for (const char* answer : {"", "07", "FF", "0190", "069000"}) {
    CAPTURE(answer);
    CHECK_FALSE(parse_answer(hex(answer)));
  }
  CHECK(parse_answer(Octets(1 + kMaxResponse)));
  CHECK_FALSE(parse_answer(Octets(2 + kMaxResponse)));
  for (const char* presence : {"", "02", "FF", "0001"}) {
    CAPTURE(presence);
    CHECK_FALSE(parse_presence(hex(presence)));
  }
  CHECK(parse_presence(hex("00")) == false);
  CHECK(parse_presence(hex("01")) == true);
}

}  // namespace
}  // namespace sesame::ifd
