// The explorer finds what is wrong: readers are broken here on purpose, each in one thing. And what it leaves
// out of a state decides nothing.
#include "tests/explorer/reader_machine.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <utility>

#include "firmware/core/emv/status_word.hpp"
#include "tests/explorer/inside.hpp"
#include "tests/explorer/search.hpp"
#include "tests/firmware/core/profiles.hpp"

namespace sesame::explorer {
namespace {

using inside::of;
using Dialogue = cap::TransactionState;

auto& transaction_of(const Subject& subject) { return of<inside::Transaction>(subject.reader); }

bool verifies(const Subject& subject) { return subject.reader.transaction().state() == Dialogue::verifying; }

// ---- readers, each with one thing wrong

// One warning is enough: as if its confirmation outlived the PIN that it was given for.
void warns_once(const Subject& subject, const Event& event, State before) {
  const bool confirmed =
      before == State::last_try && event.key == Key::ok && subject.reader.state() == State::working;
  if (confirmed) subject.note = 1;
  if (subject.reader.transaction().state() == Dialogue::idle) subject.note = 0;
  if (subject.note == 1 && subject.reader.state() == State::last_try) {
    subject.reader.handle(Event::press(Key::ok), subject.now);
  }
}

void shows_a_code_too_long(const Subject& subject, const Event&, State before) {
  if (before != State::code && subject.reader.state() == State::code)
    ++*of<inside::InControl>(subject.reader).deadline;
}

void stays_on_for_ever(const Subject& subject, const Event&, State) {
  if (subject.reader.state() == State::wrong_pin) of<inside::InControl>(subject.reader).deadline.reset();
}

void switches_off_early(const Subject& subject, const Event& event, State before) {
  if (before == State::pin && event.kind == Event::Kind::tick && subject.reader.state() == State::pin &&
      *subject.reader.deadline() == subject.now + 1) {
    subject.reader.handle(Event::tick(), subject.now + 1);
  }
}

void keeps_a_digit(const Subject& subject, const Event& event, State before) {
  if (before == State::pin && event.key <= Key::d9) subject.note = static_cast<std::uint64_t>(event.key);
}

void changes_a_digit(const Subject& subject, const Event&, State) {
  auto& pin = of<inside::InControl>(subject.reader).pin;
  if (pin.size() == cap::kMinPinDigits) pin[3] = '0';
}

void sends_the_pin_again(const Subject& subject, const Event& event, State) {
  if (event.kind == Event::Kind::tick && verifies(subject))
    ++of<inside::InControl>(subject.reader).request_number;
}

// Without a VERIFY that the card has taken.
void goes_on_without_the_pin(const Subject& subject, const Event&, State) {
  if (subject.reader.state() != State::wrong_pin) return;
  subject.reader.handle(Event::press(Key::ok), subject.now);  // its way back to the PIN, from which …
  of<inside::InControl>(subject.reader).state = State::working;
  transaction_of(subject).generate({});
  of<inside::InControl>(subject.reader).request = SlotRequest::Kind::transmit;
  ++of<inside::InControl>(subject.reader).request_number;
}

void does_as_the_pin_says(const Subject& subject, const Event& event, State before) {
  const bool first_of_twins = before == State::pin && event.key == Key::d1;
  if (first_of_twins) ++*of<inside::InControl>(subject.reader).deadline;
}

void leaves_the_cryptogram(const Subject& subject, const Event&, State) {
  const auto& cryptogram = of<inside::CardAnswer>(transaction_of(subject)).ac;
  if (cryptogram[0] != 0) static_cast<void>(of<inside::Aid>(transaction_of(subject)).assign(cryptogram));
}

void tells_the_program_more(const Subject& subject, const Event&, State) {
  const auto answer = subject.connection.answer();
  if (answer && answer->bytes.size() == 2 && answer->bytes[0] == 0x63) {
    static_cast<void>(of<inside::HostBytes>(subject.connection).push(0));
  }
}

struct Broken {
  const char* reader;
  Sabotage sabotage;
  std::vector<std::string> begin;
  std::string rule;  // begins so
  std::string way;
  bool program = false;
};

const std::vector<std::string> kToPin{"insert", "ATR", "FCI", "CODE"};
const std::vector<std::string> kToVerify{"insert",         "ATR", "FCI",    "CODE",
                                         "PIN on the pad", "AFL", "record", "3 tries"};

const Broken kBroken[] = {
    {"its code stays a millisecond too long", shows_a_code_too_long, kToVerify,
     "nothing keeps a code on the screen", "9000, ARQC, AAC"},
    {"it stays on forever after a wrong PIN", stays_on_for_ever, kToVerify,
     "a reader has a deadline while it is on", "63C2"},
    {"it goes dark a millisecond too early", switches_off_early, kToPin,
     "nothing happens by itself before the deadline", "nothing, 1 ms before the deadline"},
    {"it keeps a digit of the PIN", keeps_a_digit, kToPin, "nothing of PIN, cryptogram or code stays",
     "digit"},
    {"it sends another PIN", changes_a_digit, kToPin, "a VERIFY holds what was typed",
     "4 x digit, OK, AFL, record, 3 tries"},
    {"it sends the PIN again", sends_the_pin_again, kToVerify, "a PIN is sent once", "nothing"},
    {"it wants no PIN", goes_on_without_the_pin, kToVerify, "no GENERATE AC without a PIN", "63C2"},
    {"it does as the PIN says", does_as_the_pin_says, kToPin, "but for VERIFY and code", "digit"},
    {"it leaves the cryptogram in memory", leaves_the_cryptogram, kToVerify,
     "nothing of PIN, cryptogram or code stays", "9000, ARQC"},
    {"it tells a program more than the status word of the PIN",
     tells_the_program_more,
     {"insert", "program: activate", "program: ask for a PIN"},
     "a program learns the status word of a PIN, and no more",
     "4 x digit, OK, 63C1",
     true},
};

}  // namespace

TEST_CASE("a reader that warns of one last try only is found out by a shortest sequence") {
  ReaderMachine machine(test::kSesame, false, warns_once);
  const Outcome outcome = Search(machine).run();
  REQUIRE(outcome.broken);
  CHECK(outcome.broken->rule == "a last try has a warning of its own (in state working)");
  CHECK(in_a_line(*outcome.broken) ==
        "insert, ATR, FCI, CODE, PIN on the pad, AFL, record, 1 try, OK, 63C1, OK, PIN on the pad");
  REQUIRE(outcome.broken->steps.size() == 12);
  CHECK(outcome.broken->steps[7].state == "last_try: Dernier essai !/OK ou C");
  CHECK(outcome.broken->steps.back().state == "working: Patientez");
}

TEST_CASE("whatever is wrong with a reader is found, and a shortest way to it told") {
  for (const Broken& row : kBroken) {
    CAPTURE(row.reader);
    ReaderMachine machine(test::kSesame, row.program, row.sabotage);
    machine.begin_with(row.begin);
    const Outcome outcome = Search(machine).run(300'000);
    REQUIRE(outcome.broken);
    CHECK(outcome.broken->rule.substr(0, row.rule.size()) == row.rule);
    CHECK(in_a_line(*outcome.broken) == row.way);

    ReaderMachine sound(test::kSesame, row.program);
    sound.begin_with(row.begin);
    CHECK_FALSE(Search(sound).run(outcome.transitions).broken);
  }
}

TEST_CASE("two searches go the same way") {
  const auto search = [] {
    ReaderMachine machine(test::kVasco, true);
    std::vector<std::size_t> states;
    static_cast<void>(Search(machine).run(20'000, [&](const Outcome& far) { states.push_back(far.states); }));
    return states;
  };
  const auto first = search();
  CHECK(first.size() > 4);
  CHECK(first == search());
}

namespace {

// A machine side by side with a reader of which nothing is left out, and whose time and numbers go on.
class SideBySide {
 public:
  SideBySide(const ReaderProfile& profile, bool program)
      : program_(program), machine_(profile, program), reader_(profile, &connection_) {}

  State step() {
    const auto moves = all_.of(reader_, watch_.instruction(), watch_.first_generate_ac(),
                               program_ ? Moves::Host::program : Moves::Host::none);
    std::vector<std::uint64_t> state;
    machine_.save(state);
    machine_.load(state);
    REQUIRE(moves.size() == machine_.moves());
    const std::size_t move = choose(moves);
    const Event event = event_of(moves[move], reader_, 0, bytes_);
    now_ = time_of(moves[move], reader_, now_);
    reader_.handle(event, now_);
    auto broken = watch_.broken_rule(reader_, event, now_);
    if (!broken) broken = machine_.make(move);
    if (!broken && !same()) broken = "the two are different";
    if (broken) FAIL(*broken << ", after " << name_of(moves[move]) << " in " << machine_.description());
    return reader_.state();
  }

 private:
  // What leads on more often than the rest. But an answer in pieces once: the machine takes the next for one
  // of many.
  std::size_t choose(const std::vector<Move>& moves) {
    const unsigned dice = static_cast<unsigned>(random_()) % 8;
    const bool any_answer = dice < 2, any = dice == 0 || !reader_.deadline();
    const auto leads_on = [&](const Move& move) {
      if (move.when != When::now || move.stale) return false;
      if (move.answer != nullptr) return any_answer || move.may_be_late;
      const State state = reader_.state();
      if (move.kind == Event::Kind::inserted) return state == State::insert_card;
      if (move.kind != Event::Kind::press) return move.kind == Event::Kind::pin_on_pad;
      return move.key == Key::ok || move.key == Key::f1 || (move.key == Key::d1 && state == State::prompt);
    };
    for (;;) {
      const std::size_t index = random_() % moves.size();
      const Move& move = moves[index];
      const bool piece = move.answer != nullptr && is_piece(move.answer->bytes);
      if (piece ? pieces_ : !any && !leads_on(move)) continue;
      pieces_ = piece || (pieces_ && (move.answer == nullptr || move.stale));
      return index;
    }
  }

  static bool is_piece(Bytes answer) {
    if (answer.size() < 2) return false;
    const std::uint8_t sw1 = answer[answer.size() - 2];
    return sw1 == emv::sw::more_data || sw1 == emv::sw::wrong_le;
  }

  bool same() const {
    const Reader& other = machine_.reader();
    const auto request = reader_.request(), its_request = other.request();
    if (request.has_value() != its_request.has_value()) return false;
    const bool same_request =
        !request || (request->kind == its_request->kind && equal(request->command, its_request->command));
    return same_request && reader_.state() == other.state() && reader_.notice() == other.notice() &&
           reader_.function() == other.function() && reader_.screen() == other.screen();
  }

  const bool program_;
  ReaderMachine machine_;
  pinpad::Connection connection_;
  Reader reader_;
  test::ReaderWatch watch_{connection_};
  const Moves all_;
  Millis now_ = 1;
  test::ByteVector bytes_;
  std::mt19937 random_{1};
  bool pieces_ = false;
};

}  // namespace

TEST_CASE("what is left out of a state decides nothing") {
  std::map<State, int> visits;
  for (const ReaderProfile* profile : test::kProfiles) {
    for (const bool program : {false, true}) {
      CAPTURE(profile->name, program);
      SideBySide both(*profile, program);
      for (int i = 0; i < 10'000; ++i) ++visits[both.step()];
    }
  }
  for (int i = 0; i <= static_cast<int>(State::host_pin); ++i) {
    CAPTURE(to_string(static_cast<State>(i)));
    CHECK(visits[static_cast<State>(i)] > 10);  // they have really been everywhere
  }
}

}  // namespace sesame::explorer
