// Any text in any format: a log that can be recorded, or one Failure of one line.
#include <cstdlib>
#include <string_view>

#include "host/base/failure.hpp"
#include "host/logs/log.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto format =
      logs::recognized(text).value_or(static_cast<logs::Format>(data[0] % std::size(logs::kFormatNames)));
  try {
    for (const logs::Event& event : logs::read_log(text, "log", format)) {
      const bool reset = event.kind == logs::Event::Kind::reset;
      require(reset ? event.atr.size() >= 1 && event.atr.size() <= 33 : !event.command.empty(),
              "an event is whole");
      require(event.command.size() <= 261 && event.response.size() <= 258,
              "an event fits into the card's buffers");
      require(event.unknown < 256 && event.unknown <= event.command.size(),
              "what is unknown is of the command");
    }
  } catch (const Failure& failure) {
    require(failure.kind() == Failure::invalid, "a log is invalid");
    require(std::string_view(failure.what()).find('\n') == std::string_view::npos, "a message is one line");
  }
  return 0;
}
