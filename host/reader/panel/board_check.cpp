#include "host/reader/panel/board_check.hpp"

#include <fmt/format.h>

#include <cmath>

#include "firmware/core/iso7816/exchange.hpp"
#include "firmware/panel/protocol.hpp"

namespace sesame {

namespace {

using panel::Test;
using Values = std::vector<std::uint8_t>;

std::uint32_t number(const Values& values, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | values[at + i];
  return value;
}

struct KnownChip {
  std::uint32_t id;
  std::string_view name;
};
// DBGMCU_IDCODE: RM0090, 38.6.1; RM0351, 48.6.1; RM0394, 46.6.1.
constexpr KnownChip kChips[] = {
    {0x413, "STM32F405, F407"}, {0x415, "STM32L47x, L48x"}, {0x435, "STM32L43x, L44x"}};

constexpr std::uint32_t kLeastMillivolts = 2'700, kMostMillivolts = 3'600;
constexpr double kMostOff = 0.005;  // what a link over USB may be late, in a measurement of some seconds

// "row 1 column 2, row 4 column 4", of contacts of the matrix.
std::string places(std::uint32_t contacts) {
  std::string all;
  for (std::uint32_t i = 0; i < 16; ++i) {
    if ((contacts >> i & 1) != 0)
      all += fmt::format("{}row {} column {}", all.empty() ? "" : ", ", i / 4 + 1, i % 4 + 1);
  }
  return all;
}

// What a program cannot see: the rows of firmware/README.md, "Only a board can show".
struct ByHand {
  std::string_view what, how;
};
constexpr ByHand kByHand[] = {
    {"deactivation",
     "analyzer: RST low, CLK low, I/O low, VCC off, in this order; VCC below 0.4 V within milliseconds"},
    {"guard time", "analyzer: start bits of the reader 12 etu apart and more, 11 at T=1 with TC1 = FF"},
    {"parity errors",
     "pull I/O low in a character, from the card and from the reader: it is sent again, or an R-block"},
    {"Stop current", "ammeter, dark, probe detached, after power was off: that of the data sheet"},
    {"wake-up", "dark: each key, the card in and out; always lit"},
    {"brown-out", "lower the supply slowly with a card in: VCC goes before or with the microcontroller"},
};

class Check {
 public:
  Check(const AskBoard& ask, const TimeBoard& time, const std::function<void(const Finding&)>& tell)
      : ask_(ask), time_(time), tell_(tell) {}

  std::vector<Finding> run() && {
    chip();
    fault();
    supply();
    keys();
    card_switch();
    contacts();
    echo();
    answer();
    lights();
    for (const ByHand& row : kByHand) find(std::string(row.what), Verdict::measure, std::string(row.how));
    return std::move(findings_);
  }

 private:
  void find(std::string what, Verdict verdict, std::string said) {
    findings_.push_back({std::move(what), verdict, std::move(said)});
    if (tell_) tell_(findings_.back());
  }
  void judge(std::string what, bool good, std::string so, std::string remedy) {
    find(std::move(what), good ? Verdict::passed : Verdict::failed, std::move(good ? so : remedy));
  }
  // What an emulator says of pins is nothing.
  void judge_pins(std::string what, bool good, std::string so, std::string remedy) {
    if (emulated_) return find(std::move(what), Verdict::not_here, "an emulator has no pins");
    judge(std::move(what), good, std::move(so), std::move(remedy));
  }

  // Nothing where the answer has not this size, and more is not `open`.
  std::optional<Values> ask(Test test, std::size_t size, std::uint8_t argument = 0, bool open = false) {
    Values values = ask_(test, argument);
    if (values.size() == size || (open && values.size() >= size)) return values;
    find(std::string(name_of(test)), Verdict::failed,
         fmt::format("the board answers with {} bytes, not {}; flash firmware of the same release",
                     values.size(), size));
    return std::nullopt;
  }

  void chip() {
    const auto values = ask(Test::chip, 10);
    if (!values) return;
    const std::uint32_t device = number(*values, 0, 2), revision = number(*values, 2, 2);
    emulated_ = device == 0;
    const auto* known = std::find_if(std::begin(kChips), std::end(kChips),
                                     [&](const KnownChip& d) { return d.id == device; });
    if (emulated_) {
      find("chip", Verdict::not_here, "an emulator: it has no identification");
    } else {
      judge("chip", known != std::end(kChips),
            fmt::format("{} ({:03X}), revision {:04X}", known != std::end(kChips) ? known->name : "", device,
                        revision),
            fmt::format("device {:03X}, revision {:04X}: none that the images are for", device, revision));
    }
    quartz((*values)[4]);
    const std::size_t cause = (*values)[5];
    judge("reset", cause < std::size(panel::kResetCauses),
          fmt::format("the last one: {}",
                      panel::kResetCauses[std::min(cause, std::size(panel::kResetCauses) - 1)]),
          "a cause without a name");
    clock(number(*values, 6, 4));
  }

  void quartz(std::uint8_t said) {
    if (emulated_) return find("quartz", Verdict::not_here, "an emulator has none");
    judge("quartz", said != static_cast<std::uint8_t>(panel::Quartz::stands),
          said == static_cast<std::uint8_t>(panel::Quartz::none) ? "none wanted: the internal oscillator runs"
                                                                 : "the clocks come from it",
          "it does not start, and the internal oscillator runs: look at the quartz, its capacitors, "
          "clock.quartz_hz");
  }

  void clock(std::uint32_t hertz) {
    if (emulated_) return find("clock", Verdict::not_here, "an emulator's is the computer's");
    const double ratio = time_ ? time_() : 0;
    if (ratio == 0) return find("clock", Verdict::measure, "not timed");
    judge("clock", std::abs(ratio - 1) <= kMostOff,
          fmt::format("{} MHz; {:+.2f} % against this computer", hertz / 1'000'000, 100 * (ratio - 1)),
          fmt::format("{:+.2f} % against this computer: another quartz than clock.quartz_hz says",
                      100 * (ratio - 1)));
  }

  void fault() {
    const auto values = ask(Test::fault, 15);
    if (!values) return;
    judge("last fault", (*values)[0] == 0, "none",
          fmt::format("by {}, vector {}, PC {:08X}, LR {:08X}, CFSR {:08X}: addr2line finds the place",
                      (*values)[1] < std::size(panel::kFaultCauses) ? panel::kFaultCauses[(*values)[1]]
                                                                    : "something unknown",
                      (*values)[2], number(*values, 3, 4), number(*values, 7, 4), number(*values, 11, 4)));
  }

  void supply() {
    const auto values = ask(Test::supply, 2);
    if (!values) return;
    const std::uint32_t millivolts = number(*values, 0, 2);
    if (emulated_) return find("supply", Verdict::not_here, "an emulator has none");
    judge("supply", millivolts >= kLeastMillivolts && millivolts <= kMostMillivolts,
          fmt::format("{} mV", millivolts),
          millivolts == 0
              ? "the converter does not end: look at VDDA"
              : fmt::format("{} mV, and {} to {} are meant", millivolts, kLeastMillivolts, kMostMillivolts));
  }

  void keys() {
    const auto values = ask(Test::keys, 2);
    if (!values) return;
    const std::uint32_t closed = number(*values, 0, 2);
    judge_pins("keys", closed == 0, "none is down",
               places(closed) + " closed: let go of the keys, or look for a bridge");
  }

  void card_switch() {
    const auto values = ask(Test::card_switch, 1);
    if (!values) return;
    const bool high = ((*values)[0] & 1) != 0, in = ((*values)[0] & 2) != 0;
    if (emulated_) return find("card switch", Verdict::not_here, "an emulator has no pins");
    find("card switch", Verdict::measure,
         fmt::format("{}, which means {}: is that so? move the card, and run this again",
                     high ? "high" : "low", in ? "a card" : "no card"));
  }

  void contacts() {
    struct Step {
      std::string_view what;
      std::uint8_t on, seen;
      std::string_view so, remedy;
    };
    using panel::kClk, panel::kIo, panel::kRst, panel::kVcc;
    constexpr Step kSteps[] = {
        {"contacts off", 0, 0, "VCC off, RST, CLK and I/O low",
         "one is held high: look for a bridge to the supply"},
        {"VCC", kVcc, kVcc | kIo, "on, and its pull-up lifts I/O",
         "I/O stays low: no supply at the card, no pull-up, or a bridge"},
        {"CLK", kVcc | kClk, kVcc | kClk | kIo, "it moves", "it stands: a bridge to ground or supply"},
        {"RST", kVcc | kClk | kRst, kVcc | kClk | kRst | kIo, "it goes high",
         "it stays low: a bridge to ground"},
        {"contacts off again", 0, 0, "all of them", "one stays high: its load keeps it up"},
    };
    for (const Step& step : kSteps) {
      const auto values = ask(Test::contacts, 1, step.on);
      if (!values) return;
      judge_pins(std::string(step.what), (*values)[0] == step.seen, std::string(step.so),
                 fmt::format("{} (seen {:X}, meant {:X})", step.remedy, (*values)[0], step.seen));
    }
  }

  void echo() {
    const auto values = ask(Test::echo, 2);
    if (!values) return;
    if (emulated_) return find("own echo", Verdict::not_here, "an emulator's USART has no smartcard mode");
    judge("own echo", (*values)[0] != 0, "what is sent is heard",
          "nothing is heard: I/O is not at the USART's pin");
  }

  void answer() {
    const auto values = ask(Test::answer, 6, 0, true);
    if (!values) return;
    const auto error = static_cast<iso7816::LinkError>((*values)[0]);
    std::string atr;
    std::size_t count = 0, wrong = 0, lost = 0;
    for (std::size_t i = 6; i + 1 < values->size(); i += 2, ++count) {
      const std::uint8_t flags = (*values)[i + 1];
      atr += fmt::format("{:02X}{}", (*values)[i], (flags & panel::kParityRight) != 0 ? "" : "!");
      wrong += (flags & panel::kParityRight) == 0 ? 1U : 0U;
      lost += (flags & panel::kOneLost) != 0 ? 1U : 0U;
    }
    if (count == 0) {
      return find("answer to reset", Verdict::measure,
                  "no card, or one that is mute: put a test card in, and run this again");
    }
    // The first character of a card of inverse convention has a wrong one.
    const bool parity = wrong == 0 || (wrong == 1 && (*values)[3 + 1] != 0);
    judge("answer to reset", error == iso7816::LinkError::none,
          fmt::format("{}, T={}, F/D {}/{}{}", atr, (*values)[5], number(*values, 1, 2), (*values)[3],
                      (*values)[4] != 0 ? ", inverse convention" : ""),
          fmt::format("{}: no answer to reset; compare it with that of a PC/SC reader", atr));
    if (emulated_) return find("characters", Verdict::not_here, "an emulator's USART has no parity");
    judge("characters", parity && lost == 0, fmt::format("{}, each with the right parity, none lost", count),
          fmt::format("{}, {} with a wrong parity (!), {} lost: CLK and I/O too near, too long, or CLK off",
                      count, wrong, lost));
  }

  void lights() {
    if (ask(Test::led, 1, 1))
      find("LED", emulated_ ? Verdict::not_here : Verdict::measure,
           emulated_ ? "an emulator has none" : "lit now: is it?");
    if (ask(Test::screen, 1, 'A')) {
      find("display", emulated_ ? Verdict::not_here : Verdict::measure,
           emulated_ ? "an emulator has none"
                     : "shows ABCDEFGHIJKLMNOP, below it QRSTUVWXYZ[\\]^_`: does it?");
    }
  }

  const AskBoard& ask_;
  const TimeBoard& time_;
  const std::function<void(const Finding&)>& tell_;
  std::vector<Finding> findings_;
  bool emulated_ = false;
};

}  // namespace

std::vector<Finding> check_board(const AskBoard& ask, const TimeBoard& time,
                                 const std::function<void(const Finding&)>& tell) {
  return Check(ask, time, tell).run();
}

std::vector<Finding> watch_hands(const AskBoard& ask, const std::function<bool()>& more) {
  constexpr std::uint32_t kAll = 0xFFFF;
  std::uint32_t closed = 0;
  bool in = false, out = false;
  do {
    const Values contacts = ask(Test::keys, 0), card = ask(Test::card_switch, 0);
    if (contacts.size() != 2 || card.size() != 1) break;
    closed |= number(contacts, 0, 2);
    ((card[0] & 2) != 0 ? in : out) = true;
  } while ((closed != kAll || !in || !out) && more());
  const Verdict keys = closed == kAll ? Verdict::passed : Verdict::failed;
  const Verdict moved = in && out ? Verdict::passed : Verdict::failed;
  return {{"each key", keys, closed == kAll ? "each was seen" : "never seen: " + places(kAll & ~closed)},
          {"card in and out", moved,
           in && out ? "both were seen" : fmt::format("only {} a card was seen", in ? "with" : "without")}};
}

}  // namespace sesame
