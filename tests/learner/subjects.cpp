#include "tests/learner/subjects.hpp"

#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/t0_exchange.hpp"
#include "firmware/core/names.hpp"
#include "host/base/hex.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "host/reader/native_reader.hpp"

namespace sesame::learner {

namespace {

using Command = card::ByteString;

Command operator+(Command command, const Command& data) {
  command.push_back(static_cast<std::uint8_t>(data.size()));
  command.insert(command.end(), data.begin(), data.end());
  return command;
}

// ---- cards

class CardSubject final : public Subject {
 public:
  explicit CardSubject(card::Personalization card) : card_(std::move(card)) {
    const card::Application& application = card_.applications[0];
    const auto zeros = [](Bytes dol) { return Command(*emv::data_length(dol), 0); };
    Command options = zeros(application.pdol), more = zeros(application.pdol);
    more.push_back(0);
    for (Command* each : {&options, &more}) {
      each->insert(each->begin(), {0x83, static_cast<std::uint8_t>(each->size())});
    }
    const card::Record& record = application.records[0];
    const auto p2 = static_cast<std::uint8_t>(record.sfi << 3 | 4);
    add("SELECT", Command{0x00, 0xA4, 0x04, 0x00} + application.aid);
    add("SELECT, no such name", Command{0x00, 0xA4, 0x04, 0x00} + Command{0xA0, 0x00, 0x00, 0x09, 0x99});
    add("SELECT PSE", Command{0x00, 0xA4, 0x04, 0x00} +
                          Command{'1', 'P', 'A', 'Y', '.', 'S', 'Y', 'S', '.', 'D', 'D', 'F', '0', '1'});
    add("GET PROCESSING OPTIONS", Command{0x80, 0xA8, 0x00, 0x00} + options);
    add("GET PROCESSING OPTIONS, wrong data", Command{0x80, 0xA8, 0x00, 0x00} + more);
    add("READ RECORD", {0x00, 0xB2, record.number, p2});
    add("READ RECORD, no such file", {0x00, 0xB2, 0x01, 30 << 3 | 4});
    add("GET DATA", {0x80, 0xCA, 0x9F, 0x36});
    add("GET DATA, no such object", {0x80, 0xCA, 0x9F, 0x4F});
    add("VERIFY", Command{0x00, 0x20, 0x00, 0x80} + Command{0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF});
    add("INTERNAL AUTHENTICATE", Command{0x00, 0x88, 0x00, 0x00} + Command{1, 2, 3, 4});
    add("GET CHALLENGE", {0x00, 0x84, 0x00, 0x00});
    for (const auto& [type, p1] : {std::pair{"AAC", 0x00}, std::pair{"TC", 0x40}, std::pair{"ARQC", 0x80}}) {
      const Command header{0x80, 0xAE, static_cast<std::uint8_t>(p1), 0x00};
      add("GENERATE AC (" + std::string(type) + "), CDOL1", header + zeros(application.cdol1));
      add("GENERATE AC (" + std::string(type) + "), CDOL2", header + zeros(application.cdol2));
    }
  }

  const std::vector<std::string>& inputs() const override { return inputs_; }

  void reset() override {
    live_.emplace(card_);
    live_->card.activate(response_);
  }

  // The status word; of a cryptogram its type.
  std::string answer(std::size_t input) override {
    const Command& command = commands_[input];
    emv::T0Exchange exchange;
    exchange.start(command);
    while (exchange.pending()) {
      live_->card.transmit(exchange.command(), response_);
      exchange.answer(response_);
    }
    const Bytes answer = exchange.response();
    const std::string status = to_hex(answer.last(2));
    if (command[1] != 0xAE || status != "9000") return status;
    const bool format1 = card_.applications[0].answer_format == card::AnswerFormat::format1;
    const std::uint8_t cid = answer[format1 ? 2 : 5];
    return cid == 0x80 ? "ARQC" : cid == 0x40 ? "TC" : "AAC";
  }

 private:
  struct Live {
    explicit Live(const card::Personalization& personalization) : card(personalization, store) {}
    state::EphemeralStore store;
    card::VirtualCard card;
  };

  void add(std::string name, Command command) {
    if (command[1] != 0x20) command.push_back(0x00);  // Le
    inputs_.push_back(std::move(name));
    commands_.push_back(std::move(command));
  }

  card::Personalization card_;
  std::vector<std::string> inputs_;
  std::vector<Command> commands_;
  std::optional<Live> live_;
  emv::ResponseBuffer response_;
};

// ---- readers, with a Sésame card of which the PIN is 1234

class ReaderSubject final : public Subject {
 public:
  explicit ReaderSubject(std::string_view name)
      : profile_(profile::load_reader(name)), card_(card::load_card("sesame-card")) {
    const ReaderProfile& profile = profile_.profile();
    add("card in", [](NativeReader& reader) { reader.insert(); });
    add("card out", [](NativeReader& reader) { reader.remove(); });
    for (std::size_t i = 0; i < profile.functions.size(); ++i) {
      add(std::string(profile.functions[i].key),
          [i](NativeReader& reader) { reader.press(function_key(i)); });
    }
    add("1234 OK", [](NativeReader& reader) { type(reader, "1234"); });
    add("4321 OK", [](NativeReader& reader) { type(reader, "4321"); });
    add("OK", [](NativeReader& reader) { reader.press(Key::ok); });
    add("C", [](NativeReader& reader) { reader.press(Key::clear); });
    add("C held", [](NativeReader& reader) { reader.hold(Key::clear); });
    add("nothing", [](NativeReader& reader) { reader.wait(); });
  }

  const std::vector<std::string>& inputs() const override { return inputs_; }
  void reset() override { live_.emplace(profile_.profile(), card_); }
  std::string answer(std::size_t input) override {
    actions_[input](live_->reader);
    const NativeReader& reader = live_->reader;
    std::string seen(to_string(reader.state()));
    if (reader.state() == State::notice) seen += " " + std::string(to_string(reader.notice()));
    if (reader.state() == State::prompt) {
      seen += " " + std::to_string(&reader.reader().prompt() - reader.reader().function()->prompts.data());
    }
    if (reader.state() == State::wrong_pin) seen += " " + std::to_string(reader.tries_left().value_or(0));
    return seen;
  }

 private:
  using Action = std::function<void(NativeReader&)>;
  struct Live {
    Live(const ReaderProfile& profile, const card::Personalization& personalization)
        : card(personalization, store), reader(profile, card) {}
    state::EphemeralStore store;
    card::VirtualCard card;
    NativeReader reader;
  };

  void add(std::string name, Action action) {
    inputs_.push_back(std::move(name));
    actions_.push_back(std::move(action));
  }
  static void type(NativeReader& reader, std::string_view digits) {
    for (const char digit : digits) reader.press(digit_key(digit));
    reader.press(Key::ok);
  }

  profile::LoadedReader profile_;
  card::Personalization card_;
  std::vector<std::string> inputs_;
  std::vector<Action> actions_;
  std::optional<Live> live_;
};

// ---- readers at a computer's cable

constexpr std::string_view kText = "Pay 12.34";
constexpr std::string_view kTwoPages = "Pay 12.34 EUR to NL00 TEST 0123 4567 89, for the rent of May, please";

class ConnectedSubject : public Subject {
 public:
  explicit ConnectedSubject(std::string_view name)
      : profile_(profile::load_reader(name)), card_(card::load_card("sesame-card")) {}

  const std::vector<std::string>& inputs() const override { return inputs_; }
  void reset() override { live_.emplace(profile_.profile(), card_); }
  void insert() { live_->reader.insert(); }
  std::string answer(std::size_t input) override {
    const auto number = [&] {
      const auto answer = live_->reader.link().answer();
      return answer ? answer->number : 0;
    };
    const std::uint32_t before = number();
    actions_[input](live_->reader);
    const bool told = number() != before && number() != 0;
    return output(live_->reader, told ? live_->reader.link().answer() : std::nullopt);
  }

 protected:
  using Action = std::function<void(NativeReader&)>;

  void add(std::string name, Action action) {
    inputs_.push_back(std::move(name));
    actions_.push_back(std::move(action));
  }
  static Action command(ComputerCommand::Kind kind, std::string_view text = {}) {
    return [=](NativeReader& reader) {
      reader.command({kind, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())});
    };
  }
  static void type_pin(NativeReader& reader) {
    for (const char digit : std::string_view("1234")) reader.press(digit_key(digit));
    reader.press(Key::ok);
  }

 private:
  virtual std::string output(const NativeReader& reader, std::optional<signing::Answer> told) const = 0;

  struct Live {
    Live(const ReaderProfile& profile, const card::Personalization& personalization)
        : card(personalization, store), reader(profile, card, Cable::computer) {}
    state::EphemeralStore store;
    card::VirtualCard card;
    NativeReader reader;
  };

  profile::LoadedReader profile_;
  card::Personalization card_;
  std::vector<std::string> inputs_;
  std::vector<Action> actions_;
  std::optional<Live> live_;
};

class ConnectedReader final : public ConnectedSubject {
 public:
  explicit ConnectedReader(std::string_view name) : ConnectedSubject(name) {
    using Kind = ComputerCommand::Kind;
    add("card in", [](NativeReader& reader) { reader.insert(); });
    add("card out", [](NativeReader& reader) { reader.remove(); });
    add("first function", [](NativeReader& reader) { reader.press(Key::f1); });
    add("1234 OK", type_pin);
    add("OK", [](NativeReader& reader) { reader.press(Key::ok); });
    add("C", [](NativeReader& reader) { reader.press(Key::clear); });
    add("nothing", [](NativeReader& reader) { reader.wait(); });
    add("computer: pin", command(Kind::pin));
    add("computer: show", command(Kind::show, kText));
    add("computer: sign", command(Kind::sign, kText));
    add("computer: sign two pages", command(Kind::sign, kTwoPages));
    add("computer: sign what is no text", command(Kind::sign));
    add("computer: cryptogram", command(Kind::cryptogram));
    add("computer: unplug", command(Kind::unplug));
  }

 private:
  std::string output(const NativeReader& reader, std::optional<signing::Answer> told) const override {
    std::string seen(to_string(reader.state()));
    if (reader.state() == State::notice) seen += " " + std::string(to_string(reader.notice()));
    if (told) seen += ", " + std::string(name_of(told->told));
    return seen;
  }
};

class Edentifier2 final : public ConnectedSubject {
 public:
  Edentifier2() : ConnectedSubject("edentifier2") {
    using Kind = ComputerCommand::Kind;
    add("COMBINED_PIN", [](NativeReader& reader) {
      reader.command({Kind::pin, {}});
      if (reader.state() == State::pin) type_pin(reader);
    });
    add("SIGNDATA", command(Kind::sign, kText));
    add("DISPLAY_TEXT", command(Kind::show, kText));
    add("GEN_CRYPTOGRAM", command(Kind::cryptogram));
    add("ROBOT_OK", [](NativeReader& reader) { reader.press(Key::ok); });
  }

  void reset() override {
    ConnectedSubject::reset();
    insert();
  }

 private:
  std::string output(const NativeReader&, std::optional<signing::Answer> told) const override {
    if (!told) return "TIMEOUT";
    switch (told->told) {
      case signing::Told::ok: return "OK";
      case signing::Told::cryptogram: return "CRYPTOGRAM";
      case signing::Told::out_of_order: return "LONG_ERROR";
      default: return std::string(name_of(told->told));
    }
  }
};

}  // namespace

std::unique_ptr<Subject> card_of(card::Personalization card) {
  return std::make_unique<CardSubject>(std::move(card));
}

std::unique_ptr<Subject> reader_of(std::string_view name) { return std::make_unique<ReaderSubject>(name); }

std::unique_ptr<Subject> connected_reader_of(std::string_view name) {
  return std::make_unique<ConnectedReader>(name);
}

std::unique_ptr<Subject> edentifier2() { return std::make_unique<Edentifier2>(); }

}  // namespace sesame::learner
