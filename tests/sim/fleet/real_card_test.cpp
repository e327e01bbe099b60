// The card in a PC/SC reader, in a live reader: a private daemon, and a card that leaves.
#include <catch2/catch.hpp>

#include <thread>

#include "sim/fleet/simulator.hpp"
#include "tests/host/pcsc/one_reader.hpp"
#include "tests/pcscd/other_program.hpp"

namespace sesame::sim {
namespace {

// Keeps time for a simulator until the end of a test.
class Keeper {
 public:
  explicit Keeper(Simulator& simulator) : simulator_(simulator) {}
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper() {
    simulator_.close();
    thread_.join();
  }

 private:
  Simulator& simulator_;
  std::thread thread_{[this] {
    while (simulator_.wait_until_due()) simulator_.tick(simulator_.now());
  }};
};

std::string real_time_reader(Simulator& simulator) {
  ReaderSpec spec;
  spec.clock = ClockKind::real;
  return simulator.create(spec);
}

// Knows no application: it is asked for each, and left alone then.
pcsc::Script stranger() {
  pcsc::Script script{.atr = pcsc::kAtrT0};
  const auto refuse = [&](const std::string& name) {
    const auto size = static_cast<std::uint8_t>(pcsc::hex(name).size());
    auto command = pcsc::hex("00A40400");
    command.push_back(size);
    for (const std::uint8_t byte : pcsc::hex(name)) command.push_back(byte);
    script.steps.push_back({"select " + name, command, pcsc::hex("6A82")});
  };
  for (const char* aid : {"A0000000038002", "A0000000048002", "D056000666111010", "A0000000032010",
                          "A0000000031010", "A0000000041010", "A0000000043060"}) {
    refuse(aid);
  }
  refuse("315041592E5359532E4444463031");  // 1PAY.SYS.DDF01
  return script;
}

SimulatorOptions with_real_cards() {
  SimulatorOptions options;
  options.real_cards = true;
  return options;
}

TEST_CASE(
    "a real card that is pulled out of its reader has left the live reader too, though it is not watched") {
  pcsc::OneReader setup;
  const auto card = setup.insert(stranger());
  Simulator simulator(with_real_cards());
  const Keeper keeper(simulator);
  const std::string id = real_time_reader(simulator);
  simulator.insert(id, {CardSpec::Kind::pcsc, "0"});
  const auto listed = simulator.list(1);
  CHECK(listed[0].card == "the card in Bench 00 00");
  CHECK(listed[0].state == "notice");
  CHECK_NOTHROW(card->finish());
  card->pull();
  const bool left = simulator.wait(id, pcsc::kPatience, [](LiveReader& reader) {
    return reader.card() == nullptr && reader.reader().notice() == Notice::card_removed;
  });
  CHECK(left);
}

TEST_CASE("a live reader with a real card can be deleted, and so can the simulator") {
  pcsc::OneReader setup;
  const auto card = setup.insert(stranger());
  Simulator simulator(with_real_cards());
  const std::string id = real_time_reader(simulator), other = real_time_reader(simulator);
  simulator.insert(id, {CardSpec::Kind::pcsc, "Bench 00 00"});
  CHECK_NOTHROW(simulator.remove(id));
  CHECK_NOTHROW(simulator.insert(other, {CardSpec::Kind::pcsc, "Bench 00 00"}));
}

TEST_CASE("without a card in the PC/SC reader, or without such a reader, none is inserted") {
  const std::string wanted = GENERATE("0", "Bench 00 00", "7", "no such reader");
  pcsc::OneReader setup;
  Simulator simulator(with_real_cards());
  const std::string id = real_time_reader(simulator);
  try {
    simulator.insert(id, {CardSpec::Kind::pcsc, wanted});
    FAIL("it was inserted");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::environment);
  }
}

TEST_CASE("a card that another program has in a transaction is in use, and no live reader waits for it") {
  pcsc::OneReader setup;
  const auto card = setup.insert({.atr = pcsc::kAtrT0});
  const pcscd::OtherProgram other(setup.reader);
  REQUIRE(other.begin_transaction() == SCARD_S_SUCCESS);
  Simulator simulator(with_real_cards());
  const std::string id = real_time_reader(simulator);
  const auto start = std::chrono::steady_clock::now();
  CHECK_THROWS_WITH(simulator.insert(id, {CardSpec::Kind::pcsc, "0"}),
                    "reader Bench 00 00 is in use by another program: close that program and try again");
  CHECK(std::chrono::steady_clock::now() - start < pcsc::kPatience);
  card->finish();
}

}  // namespace
}  // namespace sesame::sim
