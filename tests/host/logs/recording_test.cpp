// A log as a transcript: masked, joined, and one that replays.
#include "host/logs/recording.hpp"

#include <catch2/catch.hpp>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/transcript/transcript.hpp"

using namespace sesame;
using namespace sesame::logs;
using Catch::Matchers::Contains;

namespace {

std::string recorded(std::string_view log, transcript::Masking::Options masking = {}) {
  std::string folder = (std::filesystem::temp_directory_path() / "sesame-logs-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::string file = folder + "/card.apdu";
  record(read_log(log, "log", recognized(log).value()), file, "a log", masking);
  CHECK(transcript::Transcript::load(file).size() > 0);
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  std::filesystem::remove_all(folder);
  return text.str();
}

}  // namespace

TEST_CASE("what was in pieces is joined, and what names the holder is masked, wherever it stands") {
  const std::string text = recorded(
      "R:3B00\n"
      "C:00B2010C00:6C0D:\n"
      "C:00B2010C0D:9000:700B9F7F084970101234567893\n"
      "C:00B2020C00:610C:\n"
      "C:00C000000C:9000:700A5A084970101234567893\n"
      "C:0020008008241234FFFFFFFFFF:9000:\n"
      "C:00B2030C00:9000:70085F2005444F452F4A\n");
  CHECK_THAT(text, Contains("# a log\natr 3B00\n"));
  // Before the record that names it, too.
  CHECK_THAT(text, Contains("> 00B2010C00\n< 700B9F7F08497010") && !Contains("01234567893"));
  CHECK_THAT(text, Contains("> 00B2020C00\n< 700A5A0849701000000000069000\n"));
  CHECK_THAT(text, Contains("> 0020008008****************\n< 9000\n"));
  CHECK_THAT(text, Contains("< 70085F200543415244489000\n"));
}

TEST_CASE("PAN and name stay where they are to be kept, a PIN never") {
  const std::string text = recorded(
      "C:00B2020C00:9000:700A5A084970101234567893\n"
      "C:0020008008241234FFFFFFFFFF:63C2:\n"
      "C:00B2030C00:9000:70085F2005444F452F4A\n",
      {false, false});
  CHECK_THAT(text, Contains("4970101234567893") && Contains("444F452F4A") && !Contains("241234"));
}

TEST_CASE("a command without an answer is mute, another reset is a remark, and what is not known is any") {
  const std::string text = recorded(
      "00000004 Card ATR: 3B 00 \n"
      "00000003 APDU: 00 A4 04 00 02 3F 00 \n"
      "00000004 Card ATR: 3B 01 41 \n"
      "00000003 APDU: 00 A4 04 00 02 3F 00 \n"
      "00000107 SW: 90 00 \n");
  CHECK_THAT(text,
             Contains("atr 3B00\n> 00A40400023F00\n< mute\n# ") && Contains("> 00A40400023F00\n< 9000\n"));
  CHECK_THAT(recorded(R"({"Application": {"AID": "A000000004",
      "FCITemplate": {"tag": "6F", "Childs": [{"tag": "A5", "Childs": [{"tag": "9F38", "value": "9F3501"}]}]},
      "GPO": {"tag": "80", "value": "1000"}}})"),
             Contains("> 80A80000038301**\n< 800210009000\n"));
}
