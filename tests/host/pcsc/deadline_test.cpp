// Nothing waits without end: not for another program's transaction, not for a card, not for a daemon that was
// stopped.
#include <catch2/catch.hpp>
#include <future>

#include "host/base/failure.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "tests/host/pcsc/one_reader.hpp"
#include "tests/pcscd/other_program.hpp"

namespace sesame::pcsc {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using pcscd::OtherProgram;

constexpr const char* kInUse =
    "reader Bench 00 00 is in use by another program: close that program and try again";
constexpr const char* kSilent = "the PC/SC service does not answer: restart it (systemctl restart pcscd)";

// As long as a daemon needs that answers; and so short that a test can wait for it.
constexpr std::chrono::milliseconds kService{2000}, kShort{300};

SlotLimits short_limits() { return {.answer = kShort, .pad = kShort, .others = kShort, .service = kService}; }

// A card that another program has in a transaction.
struct Transaction {
  explicit Transaction(const std::string& reader) : program(reader) {
    if (program.begin_transaction() != SCARD_S_SUCCESS) throw std::runtime_error("no transaction");
  }
  void end() const {
    program.end_transaction();
    program.leave_card();
  }
  OtherProgram program;
};

}  // namespace

TEST_CASE("a card in another program's transaction is in use") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  const Transaction transaction(setup.reader);
  PcscSlot slot(setup.reader, kEnglish, short_limits());
  emv::ResponseBuffer answer;
  const auto start = Clock::now();
  CHECK(said_by([&] { slot.activate(answer); }) == kInUse);
  CHECK(Clock::now() - start < kPatience / 2);

  // As long as the daemon still waits for the transaction.
  CHECK(slot.activate(answer) == SlotStatus::mute);
  transaction.end();
  eventually([&] { return slot.activate(answer) == SlotStatus::ok; });
  CHECK(copy(answer) == kAtrT0);
  card->finish();
}

TEST_CASE("a transaction that ends in time is waited for") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  const Transaction transaction(setup.reader);
  SlotLimits patient;
  patient.others = kPatience;
  PcscSlot slot(setup.reader, kEnglish, patient);
  emv::ResponseBuffer answer;
  auto activated = std::async(std::launch::async, [&] { return slot.activate(answer); });
  CHECK(activated.wait_for(kShort) == std::future_status::timeout);
  transaction.end();
  CHECK(activated.get() == SlotStatus::ok);
}

TEST_CASE("a reader in another program's transaction keeps its features to itself, and does not let go") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  CHECK(others_let_go(setup.reader, kPatience));
  const Transaction transaction(setup.reader);
  CHECK_FALSE(features_of(Context(), setup.reader, kShort));
  CHECK_FALSE(others_let_go(setup.reader, kShort));
  transaction.end();
  CHECK(others_let_go(setup.reader, kPatience));
  CHECK(features_of(setup.context, setup.reader));
}

TEST_CASE("a connection that comes too late is let go of") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  {
    const Transaction transaction(setup.reader);
    {
      const Context context;
      Connection connection;
      CHECK(connect(context, setup.reader, SCARD_SHARE_SHARED, kProtocols, kShort, connection) ==
            SCARD_E_SHARING_VIOLATION);
      CHECK(context.lost());
      CHECK(context.busy());
    }
    transaction.end();
  }
  eventually([&] { return OtherProgram(setup.reader, SCARD_SHARE_EXCLUSIVE).result() == SCARD_S_SUCCESS; });
}

TEST_CASE("a card that never answers is mute, and removed once it was pulled") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0, .silent_at = 0});
  PcscSlot slot(setup.reader, kEnglish, short_limits());
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::mute);
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::mute);
  CHECK(slot.warm_reset(answer) == SlotStatus::mute);
  CHECK(slot.activate(answer) == SlotStatus::mute);
  CHECK(answer.empty());
  card->pull();
  card->finish();  // no command came twice
  eventually([&] { return slot.activate(answer) == SlotStatus::removed; });
}

TEST_CASE("a daemon that was stopped is said to be silent, whatever it is asked") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  const Context one(kService), two(kService), three(kService), four(kService), five(kService);
  std::string all[7];
  setup.daemon.pause();
  const auto start = Clock::now();
  {
    const auto meanwhile = [&](std::size_t i, auto call) {
      return std::async(std::launch::async, [&all, i, call] { all[i] = said_by(call); });
    };
    const auto calls = {
        meanwhile(0, [&] { list_readers(one); }).share(),
        meanwhile(1, [&] { reader_info(two, setup.reader); }).share(),
        meanwhile(2, [&] { wait_for_card(three, setup.reader, 0s, [] {}); }).share(),
        meanwhile(3, [&] { card_leaves(four, setup.reader, kShort); }).share(),
        meanwhile(4, [&] { features_of(five, setup.reader); }).share(),
        meanwhile(5, [&] { Context context(kService); }).share(),
        meanwhile(6, [&] { PcscSlot slot(setup.reader, kEnglish, short_limits()); }).share(),
    };
    for (const auto& call : calls) call.wait();
  }
  CHECK(Clock::now() - start < kPatience);
  setup.daemon.go_on();
  for (const std::string& said : all) CHECK(said == kSilent);
  // A context whose call was late is of no use, another one is.
  CHECK(said_by([&] { list_readers(one); }) == kSilent);
  CHECK(list_readers(Context()).size() == 2);
}

TEST_CASE("a daemon that stops in the middle of a command is no mute card") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0, .steps = {{"a number", kCommand, hex("12 34 90 00")}}});
  SlotLimits limits = short_limits();
  limits.answer = kService;
  PcscSlot slot(setup.reader, kEnglish, limits);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  card->on_command(0, [&] { setup.daemon.pause(); });
  CHECK(said_by([&] { slot.transmit(kCommand, answer); }) == kSilent);
  setup.daemon.go_on();
  eventually([&] { return slot.activate(answer) == SlotStatus::ok; });
}

TEST_CASE("a slot lets go of its card though the daemon does not answer") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  const auto start = Clock::now();
  {
    PcscSlot slot(setup.reader, kEnglish, short_limits());
    emv::ResponseBuffer answer;
    REQUIRE(slot.activate(answer) == SlotStatus::ok);
    setup.daemon.pause();
  }
  CHECK(Clock::now() - start < kPatience);
  setup.daemon.go_on();
  eventually([&] { return OtherProgram(setup.reader).result() == SCARD_S_SUCCESS; });
}

}  // namespace sesame::pcsc
