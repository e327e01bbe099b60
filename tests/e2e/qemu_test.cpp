// `sesame code --device qemu`: the images that are flashed, in QEMU, with their cards at the end of the line.
// SESAME_FIRMWARE says where the images are; without them these tests fail.
#include <sys/resource.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "firmware/core/reader.hpp"
#include "host/base/failure.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/contacts/client.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "host/reader/panel/qemu_device.hpp"
#include "host/reader/panel/slot_line.hpp"
#include "host/state/counters.hpp"
#include "tests/e2e/background.hpp"
#include "tests/e2e/output.hpp"
#include "tests/e2e/process.hpp"
#include "tests/e2e/terminal.hpp"
#include "tests/host/reader/card_in_slot.hpp"
#include "tests/host/reader/served_board.hpp"

using namespace sesame;
using namespace sesame::e2e;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const Arguments kCode{"code", "--pin", "1234"};
const Arguments kQemu{"--device", "qemu"};

std::string image(const std::string& profile) {
  const char* folder = std::getenv("SESAME_FIRMWARE");
  REQUIRE(folder != nullptr);
  return std::string(folder) + "/" + profile + "--stm32f407g-disc1.elf";
}

// The same command, with the reader here and in QEMU.
struct Both {
  Arguments arguments;
  Outcome native, qemu;
};

// Some at a time: most of it is waiting for characters to pass.
std::vector<Both> make_all(const std::vector<Arguments>& commands) {
  constexpr std::size_t kAtATime = 4;
  std::vector<Both> all(commands.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < all.size(); i = next++) {
      const Sandbox here, there;
      all[i] = {commands[i], here.sesame(commands[i]), there.sesame(commands[i] + kQemu)};
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kAtATime; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return all;
}

// What a native reader knows and does not show, the reason of a refusal, comes after what both say. A remark
// on a code is a native reader's alone.
void check_same(const Both& both) {
  std::string line;
  for (const std::string& argument : both.arguments) line += argument + " ";
  INFO(line << both.qemu.err);
  CHECK(both.qemu.status == both.native.status);
  CHECK(both.qemu.out == both.native.out);
  if (both.qemu.status == 0) {
    CHECK(both.qemu.err.empty());
  } else {
    CHECK(lines(both.qemu.err) == 1);
    CHECK(both.native.err.starts_with(both.qemu.err.substr(0, both.qemu.err.find('\n'))));
  }
}

// Every function of every shipped model, with something typed at each of its prompts.
const std::vector<Arguments> kFunctions{
    {"--profile", "sesame"},
    {"--profile", "pinsentry", "--function", "IDENTIFY"},
    {"--profile", "pinsentry", "--function", "RESPOND", "--input", "4815"},
    {"--profile", "pinsentry", "--function", "SIGN", "--input", "12345678", "--input", "12.34"},
    {"--profile", "random-reader", "--function", "I"},
    {"--profile", "random-reader", "--function", "S", "--input", "20406080", "--input", "0.99"},
    {"--profile", "vasco-810", "--function", "M1"},
    {"--profile", "vasco-810", "--function", "M1", "--input", "1234"},
    {"--profile", "vasco-810", "--function", "M2", "--input", "1234567890", "--input", "42"},
};

class Served {
 public:
  Served(const Sandbox& sandbox, const Arguments& more)
      : endpoint_("unix:" + sandbox.file("card")),
        process_(sandbox, Arguments{"card", "serve", "--iso7816", endpoint_} + more) {
    REQUIRE(process_.says("listens at"));
  }
  const std::string& endpoint() const { return endpoint_; }
  Background& process() { return process_; }

 private:
  std::string endpoint_;
  Background process_;
};

// A card and a reader in QEMU, in this process.
struct ReaderInQemu {
  card::Personalization personalization = card::load_card("sesame-card");
  state::EphemeralStore store;
  card::VirtualCard card{personalization, store};
  SlotLine line{card};
  QemuDevice reader{QemuOptions{image("sesame"), {}}, line, {}};

  void to_pin() {
    reader.insert();
    reader.press(Key::f1);
    REQUIRE(reader.state() == State::pin);
    for (const char digit : personalization.pin.view()) reader.press(digit_key(digit));
  }
};

// What each reader makes with each card, and the codes of the recordings.
std::vector<Arguments> all_commands() {
  std::vector<Arguments> all;
  for (const char* card : {"sesame-card", "bank-card", "belgian-card", "aes-card"}) {
    for (const Arguments& function : kFunctions) {
      all.push_back(kCode + Arguments{"--ephemeral", "--atc", "00B4", "--card", card} + function);
    }
  }
  const std::string folder = std::string(TRANSCRIPTS) + "/";
  const Arguments belgian = kCode + Arguments{"--card", folder + "cap_be.apdu"};
  const Arguments french = kCode + Arguments{"--card", folder + "visa_dpa_fr.apdu"};
  const Arguments vasco{"--profile", "vasco-810"};
  all.push_back(belgian);
  all.push_back(belgian + vasco);
  all.push_back(belgian + vasco + Arguments{"--function", "M1", "--input", "1234"});
  all.push_back(belgian + vasco + Arguments{"--function", "M2", "--input", "1234"});
  all.push_back(french);
  all.push_back(french + vasco);
  return all;
}

}  // namespace

// Their half minute passes while other readers work: the time is the readers' own.
TEST_CASE("a card's line that is not there is missed before a PIN is typed") {
  const Sandbox sandbox;
  for (const std::string& line : {"unix:" + sandbox.file("nobody"), std::string("tcp:1")}) {
    const Seen seen = at_terminal(sandbox, Arguments{"code"} + kQemu + Arguments{"--card-line", line},
                                  [](pid_t) { return "1234\r"; });
    INFO(seen.text);
    CHECK(seen.status == 3);
    CHECK_THAT(seen.text, !Contains("PIN: "));
  }
}

TEST_CASE("every reader and card give in QEMU what they give here, while a code goes dark after 35 seconds") {
  ReaderInQemu shows_code, waits_for_pin;
  shows_code.to_pin();
  shows_code.reader.press(Key::ok);
  REQUIRE(shows_code.reader.state() == State::code);
  const std::uint32_t shown = shows_code.reader.seen().millis;
  waits_for_pin.to_pin();
  const std::uint32_t typed = waits_for_pin.reader.seen().millis;

  std::size_t codes = 0;
  for (const Both& both : make_all(all_commands())) {
    check_same(both);
    if (both.native.status == 0) ++codes;
  }
  CHECK(codes >= 30);

  for (QemuDevice* reader : {&shows_code.reader, &waits_for_pin.reader}) {
    REQUIRE(reader->wait_until([&] { return !reader->seen().awake; }, 60s));
    CHECK(reader->state() == State::off);
    CHECK_FALSE(reader->shown().lit);
  }
  // A host under load wakes its QEMU late; the self-test, which has no host, shows the code for 35,000 ms
  // exactly.
  constexpr std::uint32_t late = 2'000;
  const std::uint32_t code_time = shows_code.reader.seen().changed_at - shown;
  CHECK(code_time >= 34'990);
  CHECK(code_time <= 35'000 + late);
  const std::uint32_t idle_time = waits_for_pin.reader.seen().changed_at - typed;
  CHECK(idle_time >= 29'990);
  CHECK(idle_time <= 30'000 + late);
}

TEST_CASE("counters live on: a code in QEMU is followed by the next one here") {
  const Sandbox one, other;
  const Arguments card{"--card", "bank-card"};
  CHECK(one.sesame(kCode + card + kQemu).out == other.sesame(kCode + card).out);
  CHECK(one.sesame(kCode + card).out == other.sesame(kCode + card + kQemu).out);
}

TEST_CASE("what the shell does not see of the card is null") {
  const Sandbox sandbox;
  const auto json = object(sandbox.sesame(kCode + Arguments{"--ephemeral", "--json"} + kQemu));
  CHECK(json["atc"].is_null());
  CHECK(json["aid"].is_null());
  CHECK(json["device"] == "qemu");
  CHECK(json["card"] == "sesame-card");
  CHECK(object(sandbox.sesame(kCode + Arguments{"--ephemeral", "--json"}))["device"] == "native");
}

TEST_CASE("the screens are those of the reader here") {
  const Sandbox sandbox;
  const Arguments arguments = kCode + Arguments{"--ephemeral", "--show-screens", "--card", "bank-card"};
  CHECK(sandbox.sesame(arguments + kQemu).err == sandbox.sesame(arguments).err);
}

// As a card with T=0 gets its commands: no Le after data (ISO 7816-3:2006, 12.2.5). `>` and hexadecimal
// digits.
std::string as_in_t0(const std::string& line) {
  constexpr std::size_t header = 2 + 2 * 5;
  if (!line.starts_with("> ") || line.size() <= header) return line;
  const std::size_t end = header + 2 * std::stoul(line.substr(header - 2, 2), nullptr, 16);
  return line.substr(0, end);
}

std::vector<std::string> dialogue_in_t0(const std::string& trace) {
  std::vector<std::string> all;
  std::istringstream in(trace);
  for (std::string line; std::getline(in, line);) all.push_back(as_in_t0(line));
  return all;
}

TEST_CASE("the dialogue is recorded as it is here, and the recording gives the code again") {
  const Sandbox sandbox;
  const Outcome made =
      sandbox.sesame(kCode + Arguments{"--ephemeral", "--trace", sandbox.file("t.apdu")} + kQemu);
  REQUIRE(made.status == 0);
  REQUIRE(sandbox.sesame(kCode + Arguments{"--ephemeral", "--trace", sandbox.file("here.apdu")}).status == 0);
  const auto recorded = dialogue_in_t0(sandbox.read("t.apdu"));
  CHECK(recorded.size() > 10);
  CHECK(recorded == dialogue_in_t0(sandbox.read("here.apdu")));
  CHECK(sandbox.sesame(kCode + Arguments{"--card", sandbox.file("t.apdu")}).out == made.out);
}

TEST_CASE("a wrong PIN is the same refusal, and the second one too") {
  const Sandbox one, other;
  const Arguments wrong{"code", "--pin", "9999", "--card", "bank-card"};
  for (int time = 0; time < 2; ++time) {
    const Outcome native = one.sesame(wrong);
    const Outcome qemu = other.sesame(wrong + kQemu);
    CHECK(native.status == 1);
    CHECK(qemu.status == 1);
    CHECK(qemu.err == native.err);
  }
}

TEST_CASE("a card served elsewhere is a card in the reader") {
  const Sandbox sandbox;
  Served served(sandbox, {"--card", "bank-card", "--ephemeral"});
  const Outcome made = sandbox.sesame(kCode + kQemu + Arguments{"--card-line", served.endpoint()});
  INFO(made.err);
  CHECK(made.status == 0);
  CHECK(made.out == sandbox.sesame(kCode + Arguments{"--card", "bank-card", "--ephemeral"}).out);
}

TEST_CASE("a mute card, one that falls silent and one that talks nonsense are named errors") {
  struct Case {
    const char* misbehavior;
    const char* says;
  };
  for (const Case& each : {Case{"mute", "does not answer"}, Case{"mute-after=3", "does not answer"},
                           Case{"bad-atr", "answers nonsense"}}) {
    const Sandbox sandbox;
    Served served(sandbox, {"--ephemeral", "--misbehave", each.misbehavior});
    const Outcome refused = sandbox.sesame(kCode + kQemu + Arguments{"--card-line", served.endpoint()});
    INFO(each.misbehavior << ": " << refused.err);
    CHECK(refused.status == 1);
    CHECK_THAT(refused.err, Contains("the card at " + served.endpoint()) && Contains(each.says));
    CHECK(lines(refused.err) == 1);
  }
}

TEST_CASE("a card that is served elsewhere and out is missed at once, and so is a server that is not there") {
  const Sandbox sandbox;
  Served served(sandbox, {"--ephemeral"});
  served.process().signal(SIGUSR1);
  REQUIRE(served.process().says("out"));
  const Outcome out = sandbox.sesame(kCode + kQemu + Arguments{"--card-line", served.endpoint()});
  CHECK(out.status == 3);
  CHECK_THAT(out.err, Contains("there is no card"));
  const Outcome no_server =
      sandbox.sesame(kCode + kQemu + Arguments{"--card-line", "unix:" + sandbox.file("no")});
  CHECK(no_server.status == 3);
  CHECK(lines(no_server.err) == 1);
}

TEST_CASE("a served card that another program uses, or that has stopped, is not taken for one that is out") {
  const Sandbox sandbox;
  Served served(sandbox, {"--ephemeral"});
  const auto refused = [&] {
    const Outcome outcome = sandbox.sesame(kCode + kQemu + Arguments{"--card-line", served.endpoint()});
    CHECK(outcome.status == 3);
    CHECK(outcome.err == "sesame: the card's line at " + served.endpoint() +
                             " does not answer; another program may be using it\n");
  };
  {
    contacts::LineClient other(contacts::connect(contacts::parse_endpoint(served.endpoint())));
    REQUIRE(other.wait_for_presence(10s));
    refused();
  }
  served.process().signal(SIGSTOP);
  refused();
}

// A core file would hold a PIN.
TEST_CASE("QEMU leaves no core file") {
  rlimit here{};
  REQUIRE(::getrlimit(RLIMIT_CORE, &here) == 0);
  const rlimit any{here.rlim_max, here.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_CORE, &any) == 0);
  const ReaderInQemu qemu;
  CHECK(::setrlimit(RLIMIT_CORE, &here) == 0);
  pid_t child = 0;
  REQUIRE(std::ifstream("/proc/thread-self/children") >> child);
  rlimit there{};
  REQUIRE(::prlimit(child, RLIMIT_CORE, nullptr, &there) == 0);
  CHECK(there.rlim_cur <= 1);
  CHECK(there.rlim_max <= 1);
}

// A card that is pulled out while the dialogue goes on.
class PulledCard final : public CardLine {
 public:
  // Out after so many characters of the reader's.
  PulledCard(CardLine& card, int characters) : card_(card), left_(characters) {}
  bool present() const override { return left_ > 0; }
  void contacts(bool vcc, bool clk, bool rst, Micros now) override { card_.contacts(vcc, clk, rst, now); }
  void received(std::uint8_t character, Micros now) override {
    if (left_ > 0) card_.received(character, now);
    if (left_ > 0) --left_;
  }
  std::optional<std::uint8_t> take(Micros now) override { return left_ > 0 ? card_.take(now) : std::nullopt; }
  std::optional<Micros> due() const override { return left_ > 0 ? card_.due() : std::nullopt; }

 private:
  CardLine& card_;
  int left_;
};

TEST_CASE("a card that is pulled out in mid-dialogue is a card removed, on the screen") {
  const int characters = GENERATE(1, 20, 45, 60);
  const card::Personalization personalization = card::load_card("bank-card");
  state::EphemeralStore store;
  card::VirtualCard card(personalization, store);
  SlotLine line(card);
  PulledCard pulled(line, characters);
  QemuDevice reader({image("sesame"), {}}, pulled, {});
  reader.insert();
  if (reader.state() == State::choose_function) reader.press(Key::f1);
  if (reader.state() == State::pin) {
    for (const char digit : personalization.pin.view()) reader.press(digit_key(digit));
    reader.press(Key::ok);
  }
  CAPTURE(characters);
  REQUIRE_FALSE(pulled.present());
  CHECK(reader.wait_until([&] { return reader.state() == State::notice; }, 5s));
  CHECK(reader.notice() == Notice::card_removed);
  CHECK(reader.code().empty());
}

std::string changed(std::string_view profile, std::string_view good, std::string_view other) {
  std::string text(*profile::shipped_text(profile::ProfileKind::readers, profile));
  const std::size_t at = text.find(good);
  REQUIRE(at != std::string::npos);
  return text.replace(at, good.size(), other);
}

TEST_CASE("a file with the name of an image's profile must have its content") {
  const Sandbox sandbox;
  const Arguments mine = kQemu + Arguments{"--ephemeral",
                                           "--function",
                                           "RESPOND",
                                           "--input",
                                           "4815",
                                           "--profile",
                                           sandbox.file("pinsentry.toml")};
  sandbox.write("pinsentry.toml", changed("pinsentry", "# Not established", "# Established"));
  CHECK(sandbox.sesame(kCode + mine).status == 0);
  sandbox.write("pinsentry.toml", changed("pinsentry", "after-pin", "before-pin"));
  const Outcome refused = sandbox.sesame(kCode + mine);
  CHECK(refused.status == 2);
  CHECK(lines(refused.err) == 1);
  CHECK_THAT(refused.err, Contains("of another 'pinsentry'"));
}

TEST_CASE("an image says what it is, and whether it is of this profile") {
  const Sandbox sandbox;
  const Arguments show{"board", "show", "qemu:" + image("pinsentry")};
  const Outcome shown = sandbox.sesame(show);
  INFO(shown.err);
  CHECK(shown.status == 0);
  CHECK_THAT(shown.out, Contains("pinsentry") && Contains("stm32f407g-disc1") && Contains("is the same"));
  const auto json = object(sandbox.sesame(show + Arguments{"--json"}));
  CHECK(json["board"] == "stm32f407g-disc1");
  CHECK_FALSE(json["software"].get<std::string>().empty());
  CHECK_FALSE(json["revision"].get<std::string>().empty());
  CHECK(json["digest"] == json["profile"]["digest"]);

  sandbox.write("pinsentry.toml", changed("pinsentry", "after-pin", "before-pin"));
  const Outcome other = sandbox.sesame(show + Arguments{"--profile", sandbox.file("pinsentry.toml")});
  CHECK(other.status == 2);
  CHECK(lines(other.err) == 1);
  CHECK_THAT(other.err, Contains("of another 'pinsentry'"));
  CHECK_THAT(other.out, !Contains("is the same"));
  const Outcome nowhere = sandbox.sesame({"board", "show", "native"});
  CHECK(nowhere.status == 2);
  CHECK_THAT(nowhere.err, Contains("a board is serial:PATH or qemu:IMAGE"));
}

TEST_CASE("a board is checked by its bring-up image, and the table is that of the README") {
  const Sandbox sandbox;
  const std::string image_there = image("bringup");
  const Outcome checked = sandbox.sesame({"board", "check", "qemu:" + image_there});
  INFO(checked.out << checked.err);
  CHECK(checked.status == 0);
  CHECK_THAT(checked.out, Contains("passed    answer to reset     3B6500005345534D01, T=0, F/D 372/1"));
  std::ostringstream readme;
  readme << std::ifstream(FIRMWARE_README).rdbuf();
  CHECK_THAT(readme.str(), Contains("\n" + checked.out + "```"));

  const auto json =
      nlohmann::json::parse(sandbox.sesame({"board", "check", "qemu:" + image_there, "--json"}).out);
  CHECK(json.size() == static_cast<std::size_t>(lines(checked.out)));
  CHECK(json[0]["what"] == "chip");
  CHECK(json[0]["verdict"] == "not here");

  const Outcome hands = sandbox.sesame({"board", "check", "qemu:" + image_there, "--hands", "5"});
  CHECK(hands.status == 2);
  CHECK_THAT(hands.err, Contains("--hands is for a board"));
  const Outcome reader = sandbox.sesame({"board", "check", "qemu:" + image("sesame")});
  CHECK(reader.status == 2);
  CHECK_THAT(reader.err, Contains("--target flash-bringup--stm32f407g-disc1"));
}

TEST_CASE("what is no image of a board is refused by its name") {
  const Sandbox sandbox;
  const std::string whole = [] {
    std::ifstream file(image("sesame"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  REQUIRE(whole.size() > 20'000);
  for (const std::string& file :
       {std::string("/bin/true"), sandbox.write("empty.elf", ""), sandbox.write("text.elf", "an image\n"),
        sandbox.write("cut.elf", whole.substr(0, 20'000))}) {
    const Outcome refused = sandbox.sesame(kCode + Arguments{"--device", "qemu:" + file});
    CHECK(refused.status == 2);
    CHECK(lines(refused.err) == 1);
    CHECK_THAT(refused.err, Contains(file + ": not an image for a board"));
  }
}

TEST_CASE("what cannot be said together is refused in one line, and a missing image says how to make it") {
  const Sandbox sandbox;
  struct Case {
    Arguments arguments;
    int status;
    const char* says;
  };
  const std::vector<Case> all{
      {{"--device", "abacus"}, 2, "native, qemu, qemu:IMAGE and serial:PATH"},
      {{"--device", "qemu:"}, 2, "qemu:IMAGE"},
      {{"--device", "serial"}, 2, "serial:PATH"},
      {{"--card-line", "unix:x"}, 2, "--card-line does not go with --device native"},
      {{"--device", "qemu", "--reader", "0"}, 2, "--reader does not go with --device qemu"},
      {{"--device", "qemu", "--card-line", "unix:x", "--card", "bank-card"},
       2,
       "--card does not go with --card-line"},
      {{"--device", "qemu", "--card-line", "unix:x", "--trace", "x"},
       2,
       "--trace does not go with --card-line"},
      {{"--device", "qemu", "--card-line", "x"}, 2, ""},
      {{"--device", "serial:/dev/null", "--card", "bank-card"}, 2, "--card does not go with --device serial"},
      {{"--device", "serial:/dev/null", "--ephemeral"}, 2, "--ephemeral does not go with --device serial"},
      {{"--device", "serial:/dev/null", "--trace", "x"}, 2, "--trace does not go with --device serial"},
      {{"--device", "serial:/dev/null"}, 2, "--pin: not for a card in a reader"},
      {{"--device", "qemu:/no/image"}, 3, "build it: cmake --preset firmware"},
      {{"--device", "qemu:" + image("vasco-810")}, 2, "use --profile vasco-810"},
  };
  for (const Case& each : all) {
    const Outcome refused = sandbox.sesame(kCode + each.arguments);
    INFO(each.says << " | " << refused.err);
    CHECK(refused.status == each.status);
    CHECK(refused.out.empty());
    CHECK(lines(refused.err) == 1);
    CHECK_THAT(refused.err, Contains(each.says));
  }
  const Outcome nowhere = sandbox.sesame(kCode + kQemu, "", {{"SESAME_FIRMWARE", sandbox.file("")}});
  CHECK(nowhere.status == 3);
  CHECK_THAT(nowhere.err, Contains("there is no image") && Contains("sesame--stm32f407g-disc1.elf"));
  const Outcome no_qemu = sandbox.sesame(kCode + kQemu, "", {{"PATH", sandbox.file("")}});
  CHECK(no_qemu.status == 3);
  CHECK_THAT(no_qemu.err, Contains("install qemu-system-arm"));
}

// A board with a card of its own, at a serial line.
struct BoardAtPort {
  profile::LoadedReader model = profile::load_reader("sesame");
  test::CardInSlot card{"sesame-card"};
  test::Board board{model.profile(), card.slot()};
  test::Terminal terminal;
  Arguments code{"code", "--pin-stdin", "--device", "serial:" + terminal.path};
};

TEST_CASE("a board at a serial port gives the code of the card in it") {
  const Sandbox sandbox;
  BoardAtPort port;
  const test::BoardThread thread(port.board, port.terminal.master.get());
  const Outcome made = sandbox.sesame(port.code + Arguments{"--json"}, "1234\n");
  INFO(made.err);
  const auto json = object(made);
  CHECK(json["code"] == port.board.reader().code());
  CHECK(json["atc"].is_null());
  CHECK(json["device"] == "serial:" + port.terminal.path);
  CHECK_FALSE(json.contains("card"));
}

TEST_CASE("with one try left the card in a board gets no PIN unless --last-try") {
  const Sandbox sandbox;
  BoardAtPort port;
  const test::BoardThread thread(port.board, port.terminal.master.get());
  for (const char* left : {"2 tries left", "1 try left"}) {
    const Outcome wrong = sandbox.sesame(port.code, "9999\n");
    CHECK(wrong.status == 1);
    CHECK_THAT(wrong.err, Contains(left));
  }
  const Outcome refused = sandbox.sesame(port.code, "1234\n");
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Contains("the card in the board has one PIN try left") && Contains("--last-try"));
  CHECK(sandbox.sesame(port.code + Arguments{"--last-try"}, "1234\n").status == 0);
}

TEST_CASE("a board at a serial port that is not there is missed before a PIN is asked for") {
  const Sandbox sandbox;
  const Outcome refused =
      sandbox.sesame({"code", "--pin-stdin", "--device", "serial:/dev/no-such-port"}, "1234\n");
  CHECK(refused.status == 3);
  CHECK(refused.err == "sesame: /dev/no-such-port: No such file or directory\n");
}
