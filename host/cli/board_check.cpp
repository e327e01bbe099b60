#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "host/base/safe_text.hpp"
#include "host/cli/board_desk.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/reader/panel/board_check.hpp"

namespace sesame::cli {

namespace {

struct BoardCheckOptions {
  std::string device;
  bool json = false;
};

constexpr std::chrono::seconds kTimed{5};

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

void board_check(const BoardCheckOptions& options) {
  BoardDesk desk(options.device);
  PanelDevice& device = desk.device();
  refuse_a_reader(device.seen());
  const auto ask = [&](panel::Test test, std::uint8_t argument) { return device.test(test, argument); };
  const auto tell = [&](const Finding& finding) {
    if (!options.json) print_line(line(finding));
  };
  const std::vector<Finding> findings = check_board(
      ask, [&] { return timed(device); }, tell);
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
  command.flag("--json", options->json, "print JSON");
  command.run([options] { board_check(*options); });
}

}  // namespace sesame::cli
