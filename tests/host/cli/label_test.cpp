#include "host/cli/label.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sesame;
using cli::label_text;

namespace {

std::vector<std::uint8_t> octets(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("a label is read in the letters of its issuer") {
  CHECK(label_text(octets("VISA DEBIT")) == "VISA DEBIT");
  CHECK(label_text(octets("Cr\xE9"
                          "dit")) == "Crédit");  // Latin-1, as cards have it
  CHECK(label_text(octets("Cr\xC3\xA9"
                          "dit")) == "Crédit");  // UTF-8, as others have it
  CHECK(label_text(octets("Cr\xE9"
                          "dit"),
                   1) == "Crédit");
  CHECK(label_text(octets("Cr\xC3\xA9"
                          "dit"),
                   1) == "CrÃ©dit");  // said to be Latin-1
  CHECK(label_text(octets("\xBA\xE0\xD5\xD4\xD8\xE2"), 5) == "Кредит");
  CHECK(label_text(octets("\xD0\xE9\xF3\xF4\xF9\xF4\xE9\xEA\xDE"), 7) == "Πιστωτική");
  CHECK(label_text(octets("10 \xA4"), 15) == "10 €");
  CHECK(label_text(octets("a\xE9"), 12) == "a\xEF\xBF\xBD");  // there is no part 12
  CHECK(label_text({}) == "");
}
