#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/base/safe_text.hpp"
#include "host/cli/board_desk.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/reader/panel/board_check.hpp"

namespace sesame::cli {

namespace {

struct BoardCheckOptions {
  std::string device;
  std::optional<std::uint16_t> hands;  // seconds
  bool json = false;
};

constexpr std::chrono::seconds kTimed{5};
constexpr std::chrono::milliseconds kLook{20};  // a key is down for longer

// By two questions and the clock that the board sends with its answers.
double timed(PanelDevice& device) {
  using Clock = std::chrono::steady_clock;
  const auto ask = [&] {
    device.test(panel::Test::keys);
    return std::pair(device.seen().millis, Clock::now());
  };
  const auto [first, began] = ask();
  device.wait_until([] { return false; }, kTimed);
  const auto [last, ended] = ask();
  return static_cast<double>(last - first) / std::chrono::duration<double, std::milli>(ended - began).count();
}

void refuse_a_reader(const PanelLink::Seen& seen) {
  if (seen.reader == panel::kBringUp) return;
  throw Failure(Failure::invalid,
                fmt::format("the image there is the reader '{0}', and not the bring-up image; flash that: "
                            "cmake --build --preset firmware --target flash-bringup--{1}",
                            safe::one_line(seen.reader), safe::one_line(seen.board)));
}

std::string line(const Finding& finding) {
  return fmt::format("{:<9} {:<19} {}", name_of(finding.verdict), finding.what, finding.said);
}

std::function<bool()> looks_for(std::chrono::seconds time, PanelDevice& device) {
  const auto end = std::chrono::steady_clock::now() + time;
  return [&device, end] {
    device.wait_until([] { return false; }, kLook);
    return std::chrono::steady_clock::now() < end;
  };
}

void board_check(const BoardCheckOptions& options) {
  BoardDesk desk(options.device);
  PanelDevice& device = desk.device();
  refuse_a_reader(device.seen());
  const auto ask = [&](panel::Test test, std::uint8_t argument) { return device.test(test, argument); };
  const auto tell = [&](const Finding& finding) {
    if (!options.json) print_line(line(finding));
  };
  std::vector<Finding> findings = check_board(
      ask, [&] { return timed(device); }, tell);
  if (options.hands) {
    note_line(fmt::format("press each key once, and put the card in and take it out, within {} seconds",
                          *options.hands));
    for (const Finding& finding : watch_hands(ask, looks_for(std::chrono::seconds(*options.hands), device))) {
      tell(finding);
      findings.push_back(finding);
    }
  }
  const auto failed = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.verdict == Verdict::failed;
  });
  if (options.json) {
    auto all = nlohmann::ordered_json::array();
    for (const Finding& finding : findings) {
      all.push_back({{"what", finding.what}, {"verdict", name_of(finding.verdict)}, {"said", finding.said}});
    }
    print_json(all, 2);
  }
  if (failed == 0) return;
  throw Failure(Failure::refused, fmt::format("{} of {} failed", failed, findings.size()));
}

}  // namespace

void add_board_check(const Command& parent) {
  const auto options = std::make_shared<BoardCheckOptions>();
  const Command command(
      parent, "check",
      "bring a board up: what its bring-up image finds, and what is left to measure by hand");
  command.option("WHERE", options->device, "the board at a serial port, or its bring-up image in QEMU")
      .type("serial:PATH|qemu:IMAGE")
      .required();
  command.number("--hands", options->hands, Range{1, 600},
                 "seconds in which somebody presses each key once, and moves the card");
  command.flag("--json", options->json, "print JSON");
  command.run([options] { board_check(*options); },
              [options] {
                if (!options->hands || options->device.starts_with("serial:")) return;
                throw Failure(Failure::invalid,
                              "board check: --hands is for a board; an emulator has no keys");
              });
}

}  // namespace sesame::cli
