// A card, a reader that makes its codes, and its issuer.
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/core/cap/terminal_data.hpp"
#include "firmware/core/cap/token.hpp"
#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/t0_exchange.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/issuer/file/card_file_record.hpp"
#include "host/issuer/judge.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "host/reader/native_reader.hpp"
#include "host/reader/scripted_user.hpp"
#include "tests/host/keys/hex.hpp"

namespace sesame::issuer::test {

using keys::test::bytes;

// The text of a shipped card, with one thing changed.
inline std::string card_text(std::string_view name, std::string_view from = "", std::string_view to = "") {
  std::string text(*profile::shipped_text(profile::ProfileKind::cards, name));
  if (from.empty()) return text;
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::invalid_argument("not in the card's file");
  return text.replace(at, from.size(), to);
}

// A reader that makes codes with one application alone, of any length: I identify, R respond, S sign, T sign
// numbers.
inline std::string reader_text(std::string_view aid, std::string_view family) {
  return R"(title = "A reader for tests"
languages = ["en"]
card_language = false
[code]
min_digits = 1
max_digits = 16
[currency]
code = "978"
exponent = 2
[timeouts]
code = 35
inactivity = 30
card = 20
[display]
rows = 2
columns = 16
[card]
applications = [ { aid = ")" +
         std::string(aid) + R"(", family = ")" + std::string(family) + R"(" } ]
belgian_rules = true
[[functions]]
key = "I"
[[functions]]
key = "R"
prompts = [ { kind = "challenge", place = "after-pin" } ]
[[functions]]
key = "S"
prompts = [
  { kind = "reference", place = "after-pin", optional = true },
  { kind = "amount", place = "after-pin" },
]
[[functions]]
key = "T"
prompts = [ { kind = "tds", place = "after-card", optional = true, repeat = 10 } ]
)";
}

// What an application is called in a reader model.
struct Application {
  const char* card;  // shipped
  const char* aid;
  const char* family;
};
inline constexpr Application kApplications[] = {
    {"sesame-card", "A0000000048002", "cap"},
    {"bank-card", "A0000000038002", "dpa"},
    {"bank-card", "A0000000031010", "visa"},
    {"aes-card", "A0000000048002", "cap"},
    {"belgian-card", "D056000666111010", "bancontact"},
    {"belgian-card", "A0000000043060", "maestro"},
};

// A transaction as no reader of ours makes it.
struct Rogue {
  enum class Pin { right, not_asked, wrong };
  bool asks_arqc = true;
  Pin pin = Pin::right;
  std::string challenge = "0";
};

class CodeMaker {
 public:
  CodeMaker(const std::string& text, const Application& application)
      : card_(card::read_card(text, "card.toml")),
        application_(*code_application(card_, bytes(application.aid))),
        reader_(profile::read_reader(reader_text(application.aid, application.family), "reader.toml")),
        virtual_card_(card_, store_),
        family_(application.family),
        record_(record_of(card_, application_)) {}
  explicit CodeMaker(const Application& application) : CodeMaker(card_text(application.card), application) {}

  CardRecord& record() { return record_; }
  void next_atc(std::uint16_t atc) {
    virtual_card_.counters().set_atc(application_, static_cast<std::uint16_t>(atc - 1));
  }

  // A code by the product's own reader, key by key: what it takes is in the submission.
  std::string code(const Submission& submission) {
    std::vector<std::string> inputs;
    std::size_t function = 0;
    switch (submission.mode) {
      case Mode::identify: break;
      case Mode::respond: function = 1, inputs = {*submission.challenge}; break;
      case Mode::sign:
        function = 2, inputs = {submission.challenge.value_or(""), with_point(*submission.amount)};
        break;
      case Mode::tds: function = 3, inputs = submission.tds; break;
    }
    const ReaderProfile& profile = reader_.profile();
    NativeReader reader(profile, virtual_card_);
    const ScriptedUser::Keys keys{[&](Key key) { reader.press(key); }, [&](Key key) { reader.hold(key); }};
    Script script;
    script.function = function;
    script.answers = plan_answers(profile, profile.functions[function], inputs);
    script.pin = SecretString(card_.pin.view());
    ScriptedUser user(std::move(script));
    reader.insert();
    while (user.step(reader.state(), keys)) {
    }
    if (reader.state() != State::code) throw std::logic_error("no code");
    return reader.code();
  }

  // The code of a text that a computer at the reader's cable has signed.
  std::string code_of_text(std::string_view text) {
    NativeReader reader(reader_.profile(), virtual_card_, Cable::computer);
    reader.insert();
    reader.command({ComputerCommand::Kind::pin, {}});
    for (const char digit : card_.pin.view()) reader.press(digit_key(digit));
    reader.press(Key::ok);
    reader.command({ComputerCommand::Kind::sign,
                    Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())});
    while (reader.state() == State::approve) reader.press(Key::ok);
    reader.command({ComputerCommand::Kind::cryptogram, {}});
    const auto told = reader.link().answer();
    if (!told || told->told != signing::Told::cryptogram) throw std::logic_error("no code");
    return {told->code.begin(), told->code.end()};
  }

  // The digits of what the card answers, whatever it is.
  std::string rogue_code(const Rogue& rogue) {
    const card::Application& application = card_.applications[application_];
    emv::ResponseBuffer atr;
    virtual_card_.activate(atr);
    send("00A40400" + sized(application.aid) + "00");
    const std::size_t pdol = emv::data_length(application.pdol) ? *emv::data_length(application.pdol) : 0;
    ByteString options{0x83, static_cast<std::uint8_t>(pdol)};
    options.resize(2 + pdol);
    send("80A80000" + sized(options) + "00");
    if (rogue.pin != Rogue::Pin::not_asked) {
      std::string digits(card_.pin.view());
      if (rogue.pin == Rogue::Pin::wrong) digits.front() = digits.front() == '9' ? '8' : '9';
      std::string block = "24" + digits;
      block.resize(16, 'F');
      send("0020008008" + block);
    }
    cap::TerminalContext context;
    context.family = family_ == "cap"   ? cap::Family::cap
                     : family_ == "dpa" ? cap::Family::dpa
                                        : cap::Family::visa;
    const std::string un = std::string(8 - rogue.challenge.size(), '0') + rogue.challenge;
    const ByteString number = bytes(un);
    std::copy(number.begin(), number.end(), context.inputs.unpredictable_number.begin());
    emv::CommandBuffer data;
    cap::UnknownTags unknown;
    REQUIRE(cap::append_dol_data(data, application.cdol1, context, unknown));
    const ByteString answer =
        send(std::string("80AE") + (rogue.asks_arqc ? "80" : "00") + "00" + sized(data.view()) + "00");
    const auto cryptogram = emv::parse_cryptogram(answer);
    REQUIRE(cryptogram);
    return digits(*cryptogram);
  }

 private:
  static std::string sized(Bytes data) {
    const auto size = static_cast<std::uint8_t>(data.size());
    return keys::test::hex(Bytes(&size, 1)) + keys::test::hex(data);
  }
  static std::string with_point(const std::string& minor) {
    std::string padded = std::string(minor.size() < 3 ? 3 - minor.size() : 0, '0') + minor;
    return padded.insert(padded.size() - 2, 1, '.');
  }

  // The data of the answer, of a card of either protocol.
  ByteString send(const std::string& hex) {
    const ByteString command = bytes(hex);
    emv::T0Exchange exchange;
    exchange.start(command);
    while (exchange.pending()) {
      emv::ResponseBuffer response;
      virtual_card_.transmit(exchange.command(), response);
      exchange.answer(response);
    }
    const Bytes answer = exchange.response();
    return {answer.begin(), answer.end() - 2};
  }

  std::string digits(const emv::Cryptogram& cryptogram) {
    const card::Application& application = card_.applications[application_];
    cap::TokenInput input;
    if ((record_.iaf & iaf::psn) != 0) input.psn = record_.psn;
    input.cid = cryptogram.cid;
    std::copy(cryptogram.atc.begin(), cryptogram.atc.end(), input.atc.begin());
    std::copy(cryptogram.ac.begin(), cryptogram.ac.end(), input.ac.begin());
    input.iad = cryptogram.iad;
    const auto ipb = application.data.find(0x9F56);
    cap::Digits digits;
    REQUIRE_FALSE(cap::token_by_ipb(cap::token_data(input),
                                    ipb == application.data.end() ? Bytes(kVisaMask) : Bytes(ipb->second),
                                    digits));
    return {digits.begin(), digits.end()};
  }

  card::Personalization card_;
  std::size_t application_;
  profile::LoadedReader reader_;
  state::EphemeralStore store_;
  card::VirtualCard virtual_card_;
  std::string family_;
  CardRecord record_;
};

// ---- submissions

inline Submission of(Mode mode) {
  Submission submission;
  submission.mode = mode;
  return submission;
}
inline Submission respond(std::string challenge) {
  Submission submission = of(Mode::respond);
  submission.challenge = std::move(challenge);
  return submission;
}
inline Submission sign(std::optional<std::string> challenge, std::string amount,
                       std::optional<std::string> currency = "978") {
  Submission submission = of(Mode::sign);
  submission.challenge = std::move(challenge);
  submission.amount = std::move(amount);
  submission.currency = std::move(currency);
  return submission;
}
inline Submission sign_numbers(std::vector<std::string> numbers) {
  Submission submission = of(Mode::tds);
  submission.tds = std::move(numbers);
  return submission;
}
inline Submission with(Submission submission, std::string_view code) {
  submission.code = SecretString(code);
  return submission;
}

inline Verdict judged(const CardRecord& record, const Submission& submission, std::uint16_t last_atc) {
  return Judge(record).judge(submission, last_atc);
}

}  // namespace sesame::issuer::test
