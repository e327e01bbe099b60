// A command that is accepted is written as it was; a response is its data and its status word.
#include "firmware/core/emv/apdu.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::emv;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  if (const auto command = parse_command(input)) {
    require(points_into(command->data, input), "command data point into the input");
    CommandBuffer again;
    require(append_command(again, *command), "a command that was read can be written");
    require(equal(again, input), "and is the same");
    const int iso_case = command->iso_case();
    require((iso_case == 3 || iso_case == 4) == !command->data.empty(), "cases 3 and 4 have data");
    require((iso_case == 2 || iso_case == 4) == command->le.has_value(), "cases 2 and 4 have Le");
  }
  const auto response = parse_response(input);
  require(static_cast<bool>(response) == (size >= 2 && size <= kMaxResponse),
          "any 2 to 258 bytes are a response");
  if (response) {
    require(points_into(response->data, input) && response->data.size() == size - 2,
            "all but two bytes are data");
    require(response->sw == (input[size - 2] << 8 | input[size - 1]), "the last two are the status word");
  }
  return 0;
}
