#include "host/ifd/session.hpp"

#include <catch2/catch.hpp>

#include "host/ifd/features.hpp"
#include "tests/host/ifd/machine.hpp"

namespace sesame::ifd {
namespace {

using namespace test;

class Program {
 public:
  explicit Program(Machine& machine) : session(machine.reader) {}

  // The answer in hex, or why there is none.
  std::string ask(Operation operation, std::string_view bytes = "", std::uint32_t code = 0) {
    if (!session.take(request(operation, hex(bytes), code))) return "refused";
    return answer();
  }
  std::string transmit(std::string_view command) { return ask(Operation::transmit, command); }
  std::string verify_pin(const Octets& order) { return ask(Operation::control, text(order), kVerifyPin); }
  std::string answer() {
    Message message;
    return session.answer(message) ? text(message) : "none";
  }

  Session session;
};

TEST_CASE("a program powers the card, talks to it, resets it and lets go of it") {
  Machine machine;
  machine.reader.insert();
  Program program(machine);
  CHECK(program.ask(Operation::power_up) == kPoweredUp);
  CHECK(machine.reader.reader().state() == State::connected);
  CHECK_THAT(program.transmit(kSelect), Catch::Matchers::StartsWith("0061"));
  CHECK(program.ask(Operation::reset) == kPoweredUp);
  CHECK(program.ask(Operation::power_down) == "00");
  CHECK(machine.reader.reader().state() == State::choose_function);
  CHECK(program.transmit(kSelect) == "03");
}

TEST_CASE("without a card there is no answer") {
  Machine machine;
  Program program(machine);
  CHECK(program.ask(Operation::power_up) == "02");
  CHECK(program.ask(Operation::reset) == "02");
  CHECK(program.transmit(kSelect) == "02");
  CHECK(program.ask(Operation::power_down) == "00");
}

TEST_CASE("a person at the keys is not interrupted") {
  Machine machine;
  machine.reader.insert();
  machine.reader.press(Key::f1);
  Program program(machine);
  CHECK(program.ask(Operation::power_up) == "01");
  CHECK(machine.reader.reader().state() == State::pin);
}

TEST_CASE("what is no command APDU never reaches the card") {
  Machine machine;
  machine.reader.insert();
  Program program(machine);
  program.ask(Operation::power_up);
  for (const char* command : {"", "00", "00A404", "00A4040007A0", "00A404000000000000"}) {
    CAPTURE(command);
    CHECK(program.transmit(command) == "006700");
  }
}

TEST_CASE("the PIN is typed at the reader, and the program gets the card's word for it") {
  Machine machine;
  machine.reader.insert();
  Program program(machine);
  program.ask(Operation::power_up);
  program.transmit(kSelect);
  program.transmit(kGetProcessingOptions);
  REQUIRE(program.verify_pin(pin_order()) == "none");
  CHECK(machine.reader.reader().state() == State::host_pin);
  SECTION("right") {
    machine.type("1234\n");
    CHECK(program.answer() == "009000");
  }
  SECTION("wrong") {
    machine.type("1111\n");
    CHECK(program.answer() == "0063C2");
  }
  SECTION("not at all") {
    machine.type("c");
    CHECK(program.answer() == "006401");
  }
  SECTION("the reader is not in use") {
    machine.reader.advance(30'000);
    CHECK(program.answer() == "006400");
  }
  SECTION("the card is pulled out") {
    machine.reader.remove();
    CHECK(program.answer() == "02");
  }
  CHECK(program.answer() == "none");  // once
}

TEST_CASE("an invalid order is 6B80, without a prompt") {
  Machine machine;
  machine.reader.insert();
  Program program(machine);
  program.ask(Operation::power_up);
  Octets order = pin_order();
  order.pop_back();
  CHECK(program.verify_pin(order) == "006B80");
  CHECK(program.verify_pin({}) == "006B80");
  CHECK(machine.reader.reader().state() == State::connected);
}

TEST_CASE("a PIN without power is refused") {
  Machine machine;
  machine.reader.insert();
  CHECK(Program(machine).verify_pin(pin_order()) == "03");
}

TEST_CASE("what the reader can do is told, powered or not") {
  Machine machine;
  Program program(machine);
  CHECK(program.ask(Operation::control, "", kGetFeatures) == "00" + text(features()));
  CHECK(program.ask(Operation::control, "", kPinProperties) == "0010020701");
  CHECK(program.ask(Operation::control, "", kTlvProperties) == "00" + text(tlv_properties({2, 16})));
  CHECK(program.ask(Operation::control, "00", 0x42330007) == "06");
}

TEST_CASE("a request before the answer to the last is refused") {
  Machine machine;
  machine.reader.insert();
  Program program(machine);
  program.ask(Operation::power_up);
  REQUIRE(program.verify_pin(pin_order()) == "none");
  CHECK(program.ask(Operation::control, "", kGetFeatures) == "refused");
  CHECK(program.verify_pin(pin_order()) == "refused");
  CHECK(program.ask(Operation::power_down) == "refused");
}

TEST_CASE("a program that is gone has let go of the card, whatever it was doing") {
  Machine machine;
  machine.reader.insert();
  {
    Program program(machine);
    program.ask(Operation::power_up);
    if (GENERATE(false, true)) program.verify_pin(pin_order());
  }
  CHECK(machine.reader.reader().state() == State::choose_function);
}

}  // namespace
}  // namespace sesame::ifd
