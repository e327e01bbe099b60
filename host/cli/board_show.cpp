#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/base/safe_text.hpp"
#include "host/board/constants.hpp"
#include "host/cli/board_desk.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/profile/reader_file.hpp"

namespace sesame::cli {

namespace {

struct BoardShowOptions {
  std::string device;
  std::optional<std::string> profile;
  bool json = false;
};

std::string hex_of(std::uint32_t value) { return fmt::format("{:08X}", value); }

std::string cause_of(const PanelLink::Fault& fault) {
  return fault.cause < std::size(panel::kFaultCauses) ? std::string(panel::kFaultCauses[fault.cause])
                                                      : "something unknown";
}

nlohmann::ordered_json json_of(const PanelLink::Fault& fault) {
  return {{"cause", cause_of(fault)},
          {"vector", fault.vector},
          {"pc", hex_of(fault.pc)},
          {"lr", hex_of(fault.lr)},
          {"cfsr", hex_of(fault.cfsr)}};
}

void board_show(const BoardShowOptions& options) {
  BoardDesk desk(options.device);
  const PanelLink::Seen& seen = desk.device().seen();
  const auto model = profile::load_reader(options.profile.value_or(seen.reader));
  const std::uint32_t here = board::digest(model.profile());
  const bool same = here == seen.digest && model.profile().name == seen.reader;
  if (options.json) {
    const nlohmann::ordered_json profile{
        {"name", model.profile().name}, {"digest", hex_of(here)}, {"same", same}};
    print_json({{"reader", seen.reader},
                {"board", seen.board},
                {"software", seen.software},
                {"revision", seen.revision},
                {"digest", hex_of(seen.digest)},
                {"profile", profile},
                {"last_fault", seen.last_fault ? json_of(*seen.last_fault) : nlohmann::ordered_json()}},
               2);
  } else {
    print_line(fmt::format("reader    {}", safe::one_line(seen.reader)));
    print_line(fmt::format("board     {}", safe::one_line(seen.board)));
    print_line(fmt::format("software  {}, revision {}", safe::one_line(seen.software),
                           safe::one_line(seen.revision)));
    print_line(fmt::format("profile   {}; that of {} here is {}", hex_of(seen.digest),
                           safe::one_line(model.profile().name), same ? "the same" : hex_of(here)));
    if (seen.last_fault) {
      print_line(fmt::format("last run  ended by {}, vector {}: PC {}, LR {}, CFSR {}",
                             cause_of(*seen.last_fault), seen.last_fault->vector, hex_of(seen.last_fault->pc),
                             hex_of(seen.last_fault->lr), hex_of(seen.last_fault->cfsr)));
    }
  }
  if (same) return;
  throw Failure(
      Failure::invalid,
      fmt::format(
          "the image there is of another '{}' than this profile; build it from this profile's file, or "
          "name the file that it was built from with --profile",
          safe::one_line(seen.reader)));
}

}  // namespace

void add_board_show(const Command& parent) {
  const auto options = std::make_shared<BoardShowOptions>();
  const Command command(parent, "show", "what the image on a board is, and whether it is of this profile");
  command.option("WHERE", options->device, "the board at a serial port, or its image in QEMU")
      .type("serial:PATH|qemu:IMAGE")
      .required();
  command
      .option("--profile", options->profile, "the reader model that it should be; by itself that of its name")
      .type("NAME|FILE");
  command.flag("--json", options->json, "print JSON");
  command.run([options] { board_show(*options); });
}

}  // namespace sesame::cli
