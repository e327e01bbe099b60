// The reader at a computer's cable: it shows a text, asks for OK, and only then has it signed.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "firmware/core/cap/token.hpp"
#include "firmware/core/names.hpp"
#include "tests/firmware/core/dialogue.hpp"
#include "tests/firmware/core/link_watch.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/firmware/core/test_reader.hpp"

using namespace sesame;
using namespace sesame::test;
using signing::Told;

namespace {

using Kind = ComputerCommand::Kind;

// A reader with two rows of 16, its card that gives codes, and the computer.
class AtComputer {
 public:
  explicit AtComputer(const ReaderProfile& profile = kSesame, const Dialogue& dialogue = identify())
      : card(kAtr, dialogue), reader(profile, &link) {}

  TableCard card;
  signing::Link link;
  Reader reader;
  LinkWatch watch{link};
  Millis now = 1'000'000;
  bool answering = true;
  std::vector<std::string> asked;  // commands in hex

  void insert() { handle(Event::inserted()); }
  void remove() { handle(Event::removed()); }
  void press(Key key) { handle(Event::press(key)); }
  void hold(Key key) { handle(Event::hold(key)); }
  void type(std::string_view digits) {
    for (const char digit : digits) press(digit_key(digit));
    press(Key::ok);
  }
  void wait() {
    REQUIRE(reader.deadline());
    now = *reader.deadline();
    handle(Event::tick());
  }
  // A command, and what the computer is told: "nothing", "ok", "cryptogram 42511495".
  std::string command(Kind kind, std::string_view text = "") {
    handle(
        Event::from_computer({kind, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())}));
    return told();
  }
  std::string told() const {
    const auto answer = link.answer();
    if (!answer) return "nothing";
    const std::string name(name_of(answer->told));
    return answer->code.empty() ? name : name + " " + test::text(answer->code);
  }
  std::string state() const { return std::string(to_string(reader.state())); }
  std::string screen() const { return words(reader.screen()); }
  bool asked_for_cryptogram() const {
    for (const std::string& one : asked) {
      if (one.starts_with("80AE")) return true;
    }
    return false;
  }

  // With the PIN that the computer asked for.
  void verify() {
    insert();
    command(Kind::pin);
    type("1234");
    REQUIRE(told() == "ok");
    REQUIRE(state() == "signing");
  }
  void approve(std::string_view text) {
    REQUIRE(command(Kind::sign, text) == "ok");
    for (int pages = 0; state() == "approve" && pages < 300; ++pages) press(Key::ok);
    REQUIRE(state() == "signing");
  }

  void handle(const Event& event) {
    take(event);
    while (const auto request = reader.request()) {
      if (request->number == served_) return;
      served_ = request->number;
      std::string what;
      if (request->is_command()) {
        asked.push_back(hex(request->command));
        if (!answering) return;
        what = card.answer(request->command);
      } else if (request->kind != SlotRequest::Kind::deactivate) {
        what = card.atr();
      }
      const ByteVector data = what == "mute" ? ByteVector() : bytes(what);
      take(Event::answer(request->number, what == "mute" ? SlotStatus::mute : SlotStatus::ok, data));
    }
  }

  bool remembers(std::string_view ascii) const {
    const auto holds = [&](const void* object, std::size_t size) {
      return std::string_view(static_cast<const char*>(object), size).find(ascii) != std::string_view::npos;
    };
    return holds(&reader, sizeof reader) || holds(&link, sizeof link);
  }

 private:
  void take(const Event& event) {
    reader.handle(event, now);
    if (const auto broken = watch.broken_rule(reader, event, now)) FAIL(*broken);
  }

  std::uint32_t served_ = 0;
};

// The code of the card's cryptogram, for these numbers.
std::string code_for(const std::vector<std::string>& numbers) {
  std::vector<cap::TdsNumber> all;
  for (const std::string& digits : numbers) {
    REQUIRE(all.emplace_back().append(std::span(digits.data(), digits.size())));
  }
  cap::TokenInput input;
  input.cid = 0x80;
  input.atc = array<2>("00B4");
  input.ac = cap::mix_tds(array<8>("7F32A79FDA945643"), all);
  input.iad = {};
  const ByteVector iad = bytes("06770A03A48000");
  input.iad = iad;
  cap::Digits digits;
  REQUIRE_FALSE(cap::token_by_ipb(cap::token_data(input), bytes(kIpb), digits));
  REQUIRE(cap::pad_with_zeros(digits, 8));
  return test::text(digits);
}

}  // namespace

// ---- what it is for

TEST_CASE("a computer's text is shown, has OK, and is signed") {
  AtComputer at;
  at.insert();
  CHECK(at.command(Kind::pin) == "nothing");
  CHECK(at.screen() == "Code secret ?");
  at.type("1234");
  CHECK(at.told() == "ok");
  CHECK(at.screen() == "Connecté");
  CHECK(at.command(Kind::sign, "abc") == "ok");
  CHECK(at.screen() == "abc/OK : signer");
  CHECK_FALSE(at.asked_for_cryptogram());
  at.press(Key::ok);
  CHECK(at.told() == "ok");
  CHECK(at.state() == "signing");
  CHECK_FALSE(at.asked_for_cryptogram());
  CHECK(at.command(Kind::cryptogram) ==
        "cryptogram " + code_for({"3128432319", "2399260650", "1094795486", "1571693091", "2953011619",
                                  "2518121116", "3021012833", "4060091821"}));
  CHECK(at.watch.signed_text() == "abc");
  CHECK(at.state() == "choose_function");
  CHECK(at.reader.code().empty());
}

TEST_CASE("without a text the code is that of Mode 2: to log in") {
  AtComputer at;
  at.verify();
  CHECK(at.command(Kind::cryptogram) == "cryptogram 42511495");
  CHECK(at.watch.signed_text() == "");
}

TEST_CASE("one PIN, one cryptogram") {
  AtComputer at;
  at.verify();
  at.command(Kind::cryptogram);
  for (const Kind kind : {Kind::cryptogram, Kind::sign, Kind::show}) {
    CHECK(at.command(kind, "abc") == "out_of_order");
  }
  CHECK(at.watch.cryptograms() == 1);
  CHECK(at.state() == "choose_function");
}

TEST_CASE("a text that has its OK is signed once, and by the next text or PIN no more") {
  const std::string text = code_for({"3128432319", "2399260650", "1094795486", "1571693091", "2953011619",
                                     "2518121116", "3021012833", "4060091821"});
  AtComputer at;
  at.verify();
  at.approve("another");
  at.approve("abc");
  CHECK(at.command(Kind::cryptogram) == "cryptogram " + text);

  AtComputer again;
  again.verify();
  again.approve("abc");
  again.command(Kind::pin);
  again.type("1234");
  CHECK(again.command(Kind::cryptogram) == "cryptogram 42511495");
}

TEST_CASE("a text that is only shown asks for nothing, is not signed, and takes no OK away") {
  AtComputer at;
  at.verify();
  CHECK(at.command(Kind::show, "one\ntwo") == "nothing");
  CHECK(at.screen() == "one/two");
  at.press(Key::ok);
  CHECK(at.told() == "nothing");
  CHECK(at.screen() == "one/two");
  at.approve("abc");
  at.command(Kind::show, "wait");
  CHECK(at.screen() == "wait");
  CHECK(at.command(Kind::cryptogram) != "cryptogram 42511495");
  CHECK(at.watch.signed_text() == "abc");
}

// ---- every other order

TEST_CASE("a command at another moment is out of order, and changes nothing") {
  using Way = std::function<void(AtComputer&)>;
  const std::pair<const char*, Way> ways[] = {
      {"off", [](AtComputer&) {}},
      {"insert_card", [](AtComputer& at) { at.press(Key::ok); }},
      {"choose_function", [](AtComputer& at) { at.insert(); }},
      {"pin",
       [](AtComputer& at) {
         at.insert();
         at.command(Kind::pin);
         at.press(Key::d1);
       }},
      {"approve",
       [](AtComputer& at) {
         at.verify();
         at.command(Kind::sign, "abc");
       }},
      {"code",
       [](AtComputer& at) {
         at.insert();
         at.press(Key::f1);
         at.type("1234");
       }},
      {"notice",
       [](AtComputer& at) {
         at.insert();
         at.remove();
       }},
  };
  for (const auto& [state, way] : ways) {
    for (const Kind kind : {Kind::show, Kind::sign, Kind::cryptogram}) {
      CAPTURE(state, static_cast<int>(kind));
      AtComputer at;
      way(at);
      REQUIRE(at.state() == state);
      const std::string screen = at.screen();
      at.asked.clear();
      CHECK(at.command(kind, "xyz") == "out_of_order");
      CHECK(at.state() == state);
      CHECK(at.screen() == screen);
      CHECK(at.asked.empty());
    }
  }
}

TEST_CASE("while a person uses the reader a computer gets no PIN; with its own it may begin anew") {
  AtComputer at;
  at.insert();
  at.press(Key::f1);
  CHECK(at.command(Kind::pin) == "busy");
  CHECK(at.state() == "pin");
  at.type("1234");
  CHECK(at.state() == "code");
  CHECK(at.command(Kind::pin) == "busy");

  AtComputer own;
  own.insert();
  own.command(Kind::pin);
  own.press(Key::d9);
  CHECK(own.command(Kind::pin) == "nothing");
  own.type("1234");
  CHECK(own.told() == "ok");
}

TEST_CASE("without a card there is nothing to sign with") {
  AtComputer at;
  CHECK(at.command(Kind::pin) == "no_card");
  CHECK(at.state() == "off");
}

TEST_CASE("what a program asks of a PC/SC reader is nothing to this one, and the other way round") {
  AtComputer at;
  at.insert();
  for (int kind = 0; kind <= static_cast<int>(HostRequest::Kind::deactivate); ++kind) {
    at.handle(Event::from_host({1, static_cast<HostRequest::Kind>(kind), {}}));
    CHECK(at.told() == "nothing");
    CHECK(at.state() == "choose_function");
  }
  TestReader other(kSesame);
  other.insert();
  for (const Kind kind : {Kind::pin, Kind::show, Kind::sign, Kind::cryptogram, Kind::unplug}) {
    other.handle(Event::from_computer({kind, {}}));
    CHECK(other.told() == "nothing");
    CHECK(other.state() == "choose_function");
  }
}

// ---- how it ends without a signature

TEST_CASE(
    "C, time, the card pulled out and the cable pulled out end it wherever it is, and nothing is signed") {
  struct End {
    const char* told;
    std::function<void(AtComputer&)> how;
  };
  const End ends[] = {
      {"cancelled", [](AtComputer& at) { at.hold(Key::clear); }},
      {"timed_out", [](AtComputer& at) { at.wait(); }},
      {"no_card", [](AtComputer& at) { at.remove(); }},
      {"nothing", [](AtComputer& at) { at.command(Kind::unplug); }},
  };
  const std::function<void(AtComputer&)> begun[] = {
      [](AtComputer& at) {
        at.insert();
        at.command(Kind::pin);
      },
      [](AtComputer& at) { at.verify(); },
      [](AtComputer& at) {
        at.verify();
        at.command(Kind::sign, "Pay 10.00 EUR to NL00 TEST 0123 4567 89");
        at.press(Key::ok);
      },
      [](AtComputer& at) {
        at.verify();
        at.approve("abc");
      },
  };
  for (const End& end : ends) {
    for (const auto& way : begun) {
      CAPTURE(end.told);
      AtComputer at;
      way(at);
      end.how(at);
      CHECK(at.told() == end.told);
      CHECK(at.command(Kind::cryptogram) == "out_of_order");
      CHECK(at.command(Kind::sign, "abc") == "out_of_order");
      at.press(Key::ok);
      CHECK_FALSE(at.asked_for_cryptogram());
      CHECK_FALSE(at.remembers("Pay 10.00"));
      CHECK_FALSE(at.remembers("abc"));
    }
  }
}

TEST_CASE("C under a text is no, and so is a digit; a page takes its time from the last key") {
  AtComputer at;
  at.verify();
  at.command(Kind::sign, "abc");
  at.press(Key::d5);
  at.press(Key::f1);
  CHECK(at.state() == "approve");
  at.press(Key::clear);
  CHECK(at.told() == "cancelled");
  CHECK(at.state() == "choose_function");
}

TEST_CASE("a wrong PIN may be typed again; a card that fails is told, and shown") {
  AtComputer at(kSesame, with(identify(), "VERIFY", "63C2"));
  at.insert();
  at.command(Kind::pin);
  at.type("1234");
  CHECK(at.state() == "wrong_pin");
  CHECK(at.told() == "nothing");
  at.press(Key::ok);
  CHECK(at.state() == "pin");

  AtComputer blocked(kSesame, with(identify(), "VERIFY", "63C0"));
  blocked.insert();
  blocked.command(Kind::pin);
  blocked.type("1234");
  CHECK(blocked.told() == "failed");
  CHECK(blocked.screen() == "Code bloqué");

  AtComputer declined(kSesame,
                      with(identify(), "GENERATE AC", "8012 00 00B4 7F32A79FDA945643 06770A03A48000 9000"));
  declined.verify();
  CHECK(declined.command(Kind::cryptogram) == "failed");
  CHECK(declined.screen() == "Refus carte");
}

TEST_CASE("a card that answers no more is told") {
  AtComputer at;
  at.verify();
  at.answering = false;
  CHECK(at.command(Kind::cryptogram) == "nothing");
  at.wait();
  CHECK(at.told() == "failed");
}

// ---- the text

TEST_CASE("a text is printable ASCII and line feeds, of 240 at most, and has something to read") {
  struct Row {
    std::string text;
    bool taken;
  };
  const Row rows[] = {
      {"~ !", true},
      {"a\nb", true},
      {std::string(240, 'x'), true},
      {std::string(241, 'x'), false},
      {"", false},
      {" \n ", false},
      {"tab\t", false},
      {"return\r\n", false},
      {std::string("nul\0", 4), false},
      {"\x1B[2J", false},
      {"\x7F", false},
      {"caf\xC3\xA9", false},
      {"\xE2\x80\xAE txt", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    AtComputer at;
    at.verify();
    CHECK(at.command(Kind::sign, row.text) == (row.taken ? "ok" : "bad_text"));
    CHECK(at.state() == (row.taken ? "approve" : "signing"));
  }
}

TEST_CASE("a text that does not become one is refused, and the OK of the one before stands") {
  AtComputer at;
  at.verify();
  at.approve("abc");
  CHECK(at.command(Kind::sign, "\t") == "bad_text");
  CHECK(at.command(Kind::show, "") == "bad_text");
  at.command(Kind::cryptogram);
  CHECK(at.watch.signed_text() == "abc");
}

TEST_CASE("rows break at line feeds and blanks, and in a word that is too long") {
  struct Row {
    const char* text;
    std::vector<const char*> pages;  // of two rows of eight
  };
  const Row rows[] = {
      {"one", {"one"}},
      {"one two three", {"one two\nthree"}},
      {"12345678", {"12345678"}},
      {"12345678 9", {"12345678\n9"}},
      {"12345678\n9", {"12345678\n9"}},
      {"1234567890123456789", {"12345678\n90123456", "789"}},
      {"ab cdefghijk", {"ab\ncdefghij", "k"}},
      {"a\n\nb", {"a\n", "b"}},
      {"a  b", {"a  b"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const std::string_view all = row.text;
    for (std::size_t i = 0; i < row.pages.size(); ++i) {
      signing::Page page;
      signing::lay_out({all.data(), all.size()}, i, 2, 8, page);
      CHECK(test::text(page.rows) == row.pages[i]);
      CHECK(page.more == (i + 1 < row.pages.size()));
    }
  }
}

TEST_CASE("OK turns the pages, and signs under the last alone; {n} and {code} are characters") {
  AtComputer at;
  at.verify();
  at.command(Kind::sign, "Pay {n} EUR to NL00 TEST {code}");
  CHECK(at.screen() == "Pay {n} EUR to/OK : suite");
  const std::uint32_t taken = at.link.answer()->number;
  at.press(Key::ok);
  CHECK(at.link.answer()->number == taken);
  CHECK(at.screen() == "NL00 TEST {code}/OK : signer");
  at.press(Key::ok);
  CHECK(at.link.answer()->number == taken + 1);
  CHECK(at.told() == "ok");
}

TEST_CASE("under a blank page, too, the last row says what OK does") {
  AtComputer at;
  at.verify();
  at.command(Kind::sign, "a\n\nb");
  CHECK(at.screen() == "a/OK : suite");
  at.press(Key::ok);
  CHECK(at.screen() == "/OK : suite");
  at.press(Key::ok);
  CHECK(at.screen() == "b/OK : signer");
}

TEST_CASE("a text that is only shown fits the display at once") {
  AtComputer at;
  at.verify();
  CHECK(at.command(Kind::show, std::string(32, 'x')) == "nothing");
  CHECK(at.command(Kind::show, std::string(33, 'y')) == "bad_text");
  CHECK(at.screen() == std::string(16, 'x') + "/" + std::string(16, 'x'));
}

TEST_CASE("other texts, other codes: of 500 that differ in one character none has the code of another") {
  std::set<std::string> codes;
  for (int i = 0; i < 500; ++i) {
    AtComputer at;
    at.verify();
    at.approve("Pay " + std::to_string(1000 + i));
    codes.insert(at.command(Kind::cryptogram));
  }
  CHECK(codes.size() > 495);  // of 1.6 million that this mask can make
}

// ---- anything, in any order

TEST_CASE("no order of keys, commands, time and answers has a text signed without its OK") {
  std::map<State, int> visits;
  std::uint32_t cryptograms = 0, of_texts = 0;
  for (const ReaderProfile* profile : kProfiles) {
    for (const unsigned seed : {1U, 2U, 3U, 4U}) {
      CAPTURE(profile->name, seed);
      signing::Link link;
      Reader reader(*profile, &link);
      LinkWatch watch(link);
      std::mt19937 random(seed);
      const auto below = [&](unsigned limit) { return static_cast<unsigned>(random()) % limit; };
      Millis now = 0;
      std::uint32_t seen = 0;
      ByteVector data;
      const auto answer_of = [&](const SlotRequest& request) -> ByteVector {
        if (request.kind == SlotRequest::Kind::deactivate) return {};
        if (!request.is_command()) return bytes("3B00");
        if (below(200) == 0) return bytes("6985");
        switch (request.command[1]) {
          case 0xA4:
            return bytes(fci(hex(request.command.subspan(5, request.command[4])),
                             tlv("50", "434150") + tlv("5F2D", "656E")));
          case 0xA8: return bytes(identify()[1].response);
          case 0xB2: return bytes(identify()[request.command[2] == 1 ? 2 : 3].response);
          case 0xCA: return bytes("9F1701039000");
          case 0x20: return bytes(below(4) == 0 ? "63C2" : "9000");
          case 0xAE: return bytes(kIdentifyAc + kOk);
          default: return bytes("6D00");
        }
      };
      for (int i = 0; i < 10'000; ++i) {
        now += below(200) == 0 ? below(60'000) : below(200);
        const auto request = reader.request();
        Event event = Event::tick();
        if (request && below(100) < 90) {
          data = answer_of(*request);
          const auto status = below(300) == 0 ? SlotStatus::mute : SlotStatus::ok;
          event = Event::answer(request->number, status, data);
        } else if (below(100) < 25) {
          const bool waits = reader.state() == State::signing || reader.state() == State::approve;
          Kind kind = waits ? static_cast<Kind>(1 + below(3)) : Kind::pin;
          if (below(8) == 0) kind = static_cast<Kind>(below(5));
          const std::string text =
              below(8) == 0 ? "\t" : std::string(1 + below(60), static_cast<char>('a' + below(26)));
          data.assign(text.begin(), text.end());
          event = Event::from_computer({kind, data});
        } else {
          switch (below(60)) {
            case 0: event = Event::removed(); break;
            case 1:
            case 2: event = Event::inserted(); break;
            case 3: event = Event::hold(Key::clear); break;
            case 4: event = Event::press(Key::clear); break;
            case 5: event = Event::press(function_key(below(3))); break;
            case 6: event = Event::pin_on_pad(); break;
            default: event = Event::press(below(3) == 0 ? Key::ok : static_cast<Key>(below(10)));
          }
        }
        reader.handle(event, now);
        if (const auto broken = watch.broken_rule(reader, event, now)) FAIL(*broken);
        ++visits[reader.state()];
        if (watch.cryptograms() != seen && !watch.signed_text().empty()) ++of_texts;
        seen = watch.cryptograms();
      }
      cryptograms += seen;
    }
  }
  CHECK(visits[State::signing] > 2000);
  CHECK(visits[State::approve] > 1000);
  CHECK(cryptograms > 200);
  CHECK(of_texts > 50);
}
