// An exchange ends, sends only APDUs, and never repeats a command without Le, such as VERIFY.
#include "firmware/core/emv/t0_exchange.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::emv;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::vector<std::uint8_t> command = input.chunk();
  const auto parsed = parse_command(command);
  const bool once = parsed && !parsed->le;

  T0Exchange exchange;
  exchange.start(command);
  require(exchange.pending() == (command.size() <= kMaxCommand), "an APDU is begun, something longer is not");
  std::vector<std::uint8_t> answer;
  for (int exchanges = 0; exchange.pending(); ++exchanges) {
    require(exchanges < T0Exchange::kMaxExchanges, "an exchange ends");
    require(exchange.command().size() <= kMaxCommand, "what is sent is an APDU");
    if (exchanges > 0 && once)
      require(!equal(exchange.command(), command), "a command without Le is sent once");
    if (exchanges > 0 && !equal(exchange.command(), command)) {
      require(static_cast<bool>(parse_command(exchange.command())), "what is sent later is well-formed");
    }
    answer = input.chunk();
    exchange.answer(answer);
  }
  if (exchange.error() != T0Error::none) return 0;
  if (command.size() > kMaxCommand) return 0;
  const Bytes response = exchange.response();
  require(response.size() >= 2 && response.size() <= kMaxResponse, "a response is an APDU");
  require(answer.size() >= 2 && equal(response.last(2), Bytes(answer).last(2)), "with the last status word");
  return 0;
}
