// Whatever a card lists, the listing ends, asks only for the directory, and keeps to its limits.
#include "firmware/core/emv/directory.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::emv;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Directory directory;
  directory.start();
  for (int commands = 0; directory.pending(); ++commands) {
    require(commands <= 255, "a listing ends");
    const auto command = parse_command(directory.command());
    require(static_cast<bool>(command), "a command is an APDU");
    require(command->ins == (commands == 0 ? 0xA4 : 0xB2), "SELECT, then READ RECORD");
    if (commands > 0) require(command->p1 == commands, "one record after the other");
    const std::vector<std::uint8_t> answer = input.chunk();
    const auto response = parse_response(answer);
    directory.answer(response ? *response : ResponseApdu{});
  }
  require(directory.entries().size() <= Directory::kMaxEntries, "no more entries than there is room for");
  for (const DirectoryEntry& entry : directory.entries()) {
    require(entry.aid.size() >= 5 && entry.aid.size() <= 16, "an AID has 5 to 16 bytes");
  }
  return 0;
}
