// Any bytes as a message of an HSM's host: an answer of a few bytes that begins with the header, or none.
#include "host/issuer/hsm/k2.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  issuer::K2Settings settings;
  settings.header = data[0] & 7;
  settings.authorised = (data[0] & 8) != 0;
  settings.mask_mac = (data[0] & 16) != 0;
  settings.no_session_key = (data[0] & 32) != 0;
  if ((data[0] & 64) != 0) settings.tree = keys::Tree(2, 16);
  const std::vector<std::uint8_t> message(data + 1, data + size);  // of its own: a step beyond is noticed
  const issuer::K2Answer whole = issuer::answer_k2(message, settings);
  const auto& answer = whole.bytes;
  require(answer.has_value() == (message.size() >= settings.header + 2), "who sends a command has an answer");
  if (!answer) return 0;
  require(answer->size() == settings.header + 4 ||
              (settings.authorised && answer->size() == settings.header + 12),
          "an answer is a header, a code, an error, and perhaps an AC");
  require(std::equal(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(settings.header + 1),
                     answer->begin()),
          "the header is echoed");
  const auto error = std::string(answer->begin() + static_cast<std::ptrdiff_t>(settings.header + 2),
                                 answer->begin() + static_cast<std::ptrdiff_t>(settings.header + 4));
  require(error == "00" || error == "01" || error == "04" || error == "05" || error == "15",
          "an error that there is");
  require((whole.mask_bits > 0) == (error == "00" || error == "01"), "what was compared had a mask");
  return 0;
}
