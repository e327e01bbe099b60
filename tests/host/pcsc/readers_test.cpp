#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "host/base/failure.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/readers.hpp"
#include "tests/host/pcsc/one_reader.hpp"

namespace sesame::pcsc {

namespace {

std::vector<ReaderInfo> named(const std::vector<std::string>& names) {
  std::vector<ReaderInfo> out;
  for (const std::string& name : names) out.push_back({name, ReaderState::empty, {}});
  return out;
}

}  // namespace

TEST_CASE("a reader is found by its index, its name, or a part of its name") {
  const auto readers = named({"ACME One 00 00", "ACME Two 01 00", "7 Seas 02 00", "Two"});
  const struct {
    const char* wanted;
    const char* found;
  } table[] = {
      {"0", "ACME One 00 00"},
      {"1", "ACME Two 01 00"},
      {"03", "Two"},
      {"ACME Two 01 00", "ACME Two 01 00"},
      {"Two", "Two"},  // a whole name goes before a part
      {"acme o", "ACME One 00 00"},
      {"SEAS", "7 Seas 02 00"},
      {"7", "7 Seas 02 00"},  // no such index, but a name has it
  };
  for (const auto& row : table) {
    INFO(row.wanted);
    CHECK(find_reader(readers, row.wanted).name == row.found);
  }
}

TEST_CASE("a reader that is not found is answered with those there are") {
  const auto readers = named({"ACME One 00 00", "ACME Two 01 00"});
  CHECK(said_by([&] { find_reader(readers, "acme"); }) ==
        "'acme' is part of more than one reader's name: give an index or a name of: "
        "0 ACME One 00 00, 1 ACME Two 01 00");
  CHECK(said_by([&] { find_reader(readers, "9"); }) ==
        "no reader '9': give an index or a name of: 0 ACME One 00 00, 1 ACME Two 01 00");
  CHECK(said_by([&] { find_reader(readers, "-1"); }).substr(0, 16) == "no reader '-1': ");
  CHECK(said_by([] { find_reader({}, "0"); }) ==
        "no card reader: plug one in, and see that its driver is installed (libccid)");
}

TEST_CASE("a daemon without readers has none, and that is no error") {
  const pcscd::PrivateDaemon daemon({});
  const Context context;
  CHECK(list_readers(context).empty());
}

TEST_CASE("a reader's state is what is in it, and who has it") {
  OneReader setup;
  const auto state = [&] { return list_readers(setup.context).at(0); };
  CHECK(state().name == setup.reader);
  CHECK(state().state == ReaderState::empty);
  CHECK(state().atr.empty());

  const auto card = setup.insert({.atr = kAtrT0});
  CHECK(state().state == ReaderState::card);
  CHECK(state().atr == kAtrT0);

  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CHECK(state().state == ReaderState::in_use);
  CHECK_FALSE(features_of(setup.context, setup.reader));  // unknown, and no error
  CHECK_FALSE(slot.has_pinpad());
  slot.deactivate();
  CHECK(state().state == ReaderState::card);
}

TEST_CASE("a card that does not answer its reset is seen to be mute") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0, .mute_from = 0});
  CHECK(list_readers(setup.context).at(0).state == ReaderState::mute);
}

TEST_CASE("two readers are in the order of their indices") {
  const pcscd::PrivateDaemon daemon(
      {pcscd::vpcd_reader("First", pcscd::free_port()), pcscd::vpcd_reader("Second", pcscd::free_port())});
  const Context context;
  std::vector<std::string> names;
  for (const ReaderInfo& reader : list_readers(context)) names.push_back(reader.name);
  CHECK(names == std::vector<std::string>{"First 00 00", "First 00 01", "Second 00 00", "Second 00 01"});
}

TEST_CASE("a limit of 0 does not wait for a card") {
  const OneReader setup;
  const auto wait = [&] {
    wait_for_card(setup.context, setup.reader, std::chrono::seconds(0), [] { FAIL("it waits"); });
  };
  CHECK(said_by(wait) == "no card in reader Bench 00 00: insert it");
}

TEST_CASE("a card that does not come in time is not waited for any longer") {
  const OneReader setup;
  int waits = 0;
  const auto wait = [&] {
    wait_for_card(setup.context, setup.reader, std::chrono::seconds(1), [&] { ++waits; });
  };
  CHECK(said_by(wait) == "no card in reader Bench 00 00 within 1 s: insert it");
  CHECK(waits == 1);
}

TEST_CASE("a card that is inserted during a wait is taken at once") {
  OneReader setup;
  std::unique_ptr<ScriptCard> card;
  int waits = 0;
  wait_for_card(setup.context, setup.reader, kPatience, [&] {
    ++waits;
    card = std::make_unique<ScriptCard>(setup.port, Script{.atr = kAtrT0});
  });
  CHECK(waits == 1);
  CHECK(list_readers(setup.context).at(0).state == ReaderState::card);
  wait_for_card(setup.context, setup.reader, kPatience, [] { FAIL("it waits for a card that is there"); });
}

TEST_CASE("a daemon that dies during a wait for a card ends the wait") {
  OneReader setup;
  const auto wait = [&] {
    wait_for_card(setup.context, setup.reader, kPatience, [&] { setup.daemon.kill(); });
  };
  CHECK(said_by(wait) == "no PC/SC service: install and start pcscd (systemctl start pcscd.socket)");
}

TEST_CASE("a reader that is not there is not waited for") {
  const OneReader setup;
  const auto wait = [&] { wait_for_card(setup.context, "Other 00 00", kPatience, [] {}); };
  CHECK(said_by(wait) == "reader Other 00 00 is gone or was never there: see `sesame readers`");
}

TEST_CASE("waiting for a card can be cancelled by another thread") {
  const OneReader setup;
  std::thread canceller;
  std::atomic<bool> ended = false;
  const auto wait = [&] {
    wait_for_card(setup.context, setup.reader, kPatience, [&] {
      canceller = std::thread([&] {
        while (!ended) setup.context.cancel();
      });
    });
  };
  CHECK(said_by(wait) == "waiting for reader Bench 00 00 was cancelled: try again");
  ended = true;
  canceller.join();
}

}  // namespace sesame::pcsc
