// The `.apdu` format.
#include <string>

#include "tests/host/transcript/support.hpp"

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;
using Catch::Matchers::Contains;

namespace {

Transcript parsed(std::string_view text) { return Transcript::parse(text, "card.apdu"); }

std::string refusal(std::string_view text) {
  return outcome([&] { parsed(text); });
}

std::string first_answer(const Transcript& transcript, std::string_view command) {
  const auto number = transcript.find(bytes(command));
  return number ? hex(transcript.answers(*number)[0].response) : "not found";
}

}  // namespace

TEST_CASE("the shipped transcripts are read") {
  const Transcript belgian = Transcript::load(shipped("cap_be.apdu"));
  CHECK(hex(belgian.atr()) == "3B67000000000000009000");
  CHECK(belgian.size() == 10);
  CHECK(first_answer(belgian, "80CA9F1700") == "9F1701039000");
  CHECK(belgian.name() == shipped("cap_be.apdu"));

  const Transcript french = Transcript::load(shipped("visa_dpa_fr.apdu"));
  CHECK(hex(french.atr()) == "3B65000065046C9000");
  CHECK(french.size() == 7);
  CHECK(first_answer(french, "80A80000028300") == "80061000080101009000");
}

TEST_CASE("the format is forgiving about form") {
  const auto text = GENERATE(as<std::string>{},                                 //
                             "atr 3B02AB00\n> 00B2010C00\n< 70009000\n",        //
                             "atr 3B02AB00\n> 00B2010C00\n< 70009000",          // no last newline
                             "atr 3B02AB00\r\n> 00B2010C00\r\n< 70009000\r\n",  // CRLF
                             "\xEF\xBB\xBF"
                             "atr 3B02AB00\n> 00B2010C00\n< 70009000\n",                // byte order mark
                             "ATR 3b02ab00\n> 00b2010c00\n< 70009000\n",                // lower case
                             "\tatr\t3B 02 AB\t00 \n >00 B2\t01 0C 0 0\n<7000 9000\n",  // white space
                             "# card\n\n  \natr 3B02AB00 # ATR\n> 00B2010C00\t# record\n#\n< 70009000 #\n",
                             "> 00B2010C00\n< 70009000\natr 3B02AB00\n");  // the ATR last
  const Transcript transcript = parsed(text);
  CHECK(hex(transcript.atr()) == "3B02AB00");
  CHECK(transcript.size() == 1);
  CHECK(first_answer(transcript, "00B2010C00") == "70009000");
}

TEST_CASE("comments may hold any bytes") {
  CHECK(parsed("# \xFF\x01 caf\xC3\xA9 > < atr *\n> 00B2010C00 # \xFF#\n< 9000\n").size() == 1);
}

TEST_CASE("without an ATR line the card has the shortest ATR") {
  CHECK(hex(parsed("> 00B2010C00\n< 9000\n").atr()) == "3B00");
}

TEST_CASE("an ATR is not judged: recorded cards carry masked ones") {
  const auto atr = GENERATE(as<std::string>{}, "3B", "00", "FFFFFFFF",
                            "3B00000000000000000000000000000000000000000000000000000000000000AB");
  CHECK(hex(parsed("atr " + atr + "\n> 00B2010C00\n< 9000\n").atr()) == atr);
}

TEST_CASE("a command of every case is read") {
  const auto command =
      GENERATE(as<std::string>{}, "00840000", "0084000008", "00A4040002AABB", "00A4040002AABB00");
  CHECK(first_answer(parsed("> " + command + "\n< 9000\n"), command) == "9000");
}

TEST_CASE("the longest command and the longest response are read") {
  const std::string command = "80AE8000FF" + repeated("AA", 255) + "00";
  const std::string response = repeated("BB", 256) + "9000";
  CHECK(first_answer(parsed("> " + command + "\n< " + response + "\n"), command) == response);
}

TEST_CASE("what is wrong with a transcript is said with its line") {
  struct Row {
    std::string text, refusal;
  };
  const std::string pair = "> 00B2010C00\n< 9000\n";
  const auto row = GENERATE_COPY(values<Row>({
      {pair + "card 3B\n", "invalid card.apdu:3: the line begins with none of 'atr', '>', '<' and '#'"},
      {pair + "atr3B00\n", "invalid card.apdu:3: the line begins with none of 'atr', '>', '<' and '#'"},
      {pair + "00B2010C00\n", "invalid card.apdu:3: the line begins with none of 'atr', '>', '<' and '#'"},
      {std::string("\0", 1) + pair,
       "invalid card.apdu:1: the line begins with none of 'atr', '>', '<' and '#'"},
      {"> 00B2010C0\n< 9000\n", "invalid card.apdu:1: an odd number of hex digits"},
      {"> 00B2010C00\n< 900\n", "invalid card.apdu:2: an odd number of hex digits"},
      {"atr 3B0\n" + pair, "invalid card.apdu:1: an odd number of hex digits"},
      {"> 00B2010G00\n< 9000\n", "invalid card.apdu:1: 'G' is not a hex digit"},
      {"> 00B2010C00#\n< 9000\n", "invalid card.apdu:1: '#' is not a hex digit"},
      {"> 00B2010C00\n< 9000\r\r\n", "invalid card.apdu:2: byte 0D is not a hex digit"},
      {"> 00B2010C00\n< 90\xC3\xA9\n", "invalid card.apdu:2: byte C3 is not a hex digit"},
      {"> 00B2010C00\n\n" + pair, "invalid card.apdu:1: a command ('>') without its response ('<')"},
      {pair + "> 00B2010C00", "invalid card.apdu:3: a command ('>') without its response ('<')"},
      {pair + "> 00B2010C00\natr 3B00\n< 9000\n",
       "invalid card.apdu:3: a command ('>') without its response ('<')"},
      {"< 9000\n", "invalid card.apdu:1: a response ('<') without its command ('>')"},
      {pair + "# again\n< 9000\n", "invalid card.apdu:4: a response ('<') without its command ('>')"},
      {"> 00B2010C00\n<\n", "invalid card.apdu:2: a response has 2 to 258 bytes, not 0"},
      {"> 00B2010C00\n< 90\n", "invalid card.apdu:2: a response has 2 to 258 bytes, not 1"},
      {"> 00B2010C00\n< " + repeated("00", 259),
       "invalid card.apdu:2: a response has 2 to 258 bytes, not 259"},
      {">\n< 9000\n", "invalid card.apdu:1: a command that is no short APDU: too few bytes"},
      {"> 00B201\n< 9000\n", "invalid card.apdu:1: a command that is no short APDU: too few bytes"},
      {"> 00A4040003AABB\n< 9000\n",
       "invalid card.apdu:1: a command that is no short APDU: "
       "the length byte does not match the bytes that follow"},
      {"> 00A4040001AABBCC\n< 9000\n",
       "invalid card.apdu:1: a command that is no short APDU: "
       "the length byte does not match the bytes that follow"},
      {"> 00A40400000001AA\n< 9000\n",
       "invalid card.apdu:1: a command that is no short APDU: an extended length, which EMV "
       "does not use"},
      {"> 0020008008***\n< 9000\n", "invalid card.apdu:1: an odd number of hex digits"},
      {"> 0020008008**\n< 9000\n",
       "invalid card.apdu:1: a command that is no short APDU: "
       "the length byte does not match the bytes that follow"},
      {"> *0200080\n< 9000\n", "invalid card.apdu:1: '*' in CLA, INS, P1, P2 or Lc of a command"},
      {"> 002000*0\n< 9000\n", "invalid card.apdu:1: '*' in CLA, INS, P1, P2 or Lc of a command"},
      {"> 00200080*2AABB\n< 9000\n", "invalid card.apdu:1: '*' in CLA, INS, P1, P2 or Lc of a command"},
      {"> 00B2010C00\n< **9000\n", "invalid card.apdu:2: '*' can only stand in the data of a command"},
      {"atr 3B*0\n" + pair, "invalid card.apdu:1: '*' can only stand in the data of a command"},
      {"atr\n" + pair, "invalid card.apdu:1: an ATR has 1 to 33 bytes, not 0"},
      {"atr " + repeated("00", 34) + "\n" + pair, "invalid card.apdu:1: an ATR has 1 to 33 bytes, not 34"},
      {"atr 3B00\n" + pair + "atr 3B00\n", "invalid card.apdu:4: a second ATR; the first is in line 1"},
      {"", "invalid card.apdu: there is no command ('>') with its response ('<') in it"},
      {"atr 3B00\n# nothing\n", "invalid card.apdu: there is no command ('>') with its response ('<') in it"},
  }));
  CHECK(refusal(row.text) == row.refusal);
}

TEST_CASE("a file that cannot be a transcript is refused by name") {
  const sesame::test::TemporaryFolder directory;
  const auto load = [](const std::string& path) { return outcome([&] { Transcript::load(path); }); };
  CHECK(load(directory.file("none.apdu")) ==
        "invalid " + (directory.file("none.apdu")) + ": cannot be read: No such file or directory");
  CHECK(load(directory.file("")) == "invalid " + (directory.file("")) + ": cannot be read: Is a directory");
  CHECK(load("/dev/zero") == "invalid /dev/zero: more than 1048576 bytes");
  std::ofstream(directory.file("empty.apdu")).close();
  CHECK_THAT(load(directory.file("empty.apdu")), Contains("empty.apdu: there is no command"));
}

TEST_CASE("a file of 1 MiB is read, one byte more is too much") {
  const std::string pair = "> 00B2010C00\n< 9000\n#";
  CHECK(refusal(pair + std::string(kLargestFile - pair.size(), ' ')) == "ok");
  CHECK(refusal(pair + std::string(kLargestFile - pair.size() + 1, ' ')) ==
        "invalid card.apdu: more than 1048576 bytes");
}

TEST_CASE("every beginning of a shipped transcript is read, or refused with one line") {
  const std::string name = GENERATE(as<std::string>{}, "cap_be.apdu", "visa_dpa_fr.apdu");
  const std::string text = sesame::test::content(shipped(name));
  REQUIRE(text.size() > 500);
  std::size_t read = 0;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string result = refusal(text.substr(0, size));
    if (result == "ok")
      ++read;
    else if (result.rfind("invalid card.apdu:", 0) != 0)
      FAIL(size << ": " << result);
  }
  CHECK(read > 7);  // at least after every pair
  CHECK(read < text.size() / 2);
}

TEST_CASE("no message about a damaged line shows the PIN in it") {
  const std::string line = "> 0020008008249753FFFFFFFFFF\n";
  std::size_t refused = 0;
  const auto check = [&](const std::string& damaged) {
    const std::string result = refusal(damaged + "< 9000\n");
    if (result != "ok") ++refused;
    if (result.find("9753") != std::string::npos || result.find("39373533") != std::string::npos)
      FAIL(result);
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    check(line.substr(0, i) + line.substr(i + 1));
    check(line.substr(0, i));
    for (const char c : {'*', 'G', '#', '<', '\n', '\0', ' '}) {
      check(line.substr(0, i) + c + line.substr(i + 1));
      check(line.substr(0, i) + c + line.substr(i));
    }
  }
  CHECK(refused > 200);
}

TEST_CASE("commands are found whatever their Le") {
  const Transcript transcript = parsed(
      "> 00B2010C\n< 9001\n> 00B2020C00\n< 9002\n> 00A4040001AA\n< 9003\n> 00A4040001BB10\n< "
      "9004\n");
  CHECK(transcript.size() == 4);
  struct Row {
    const char *command, *answer;
  };
  const auto row = GENERATE(values<Row>({
      {"00B2010C", "9001"},
      {"00B2010C00", "9001"},
      {"00B2010C6C", "9001"},
      {"00B2020C", "9002"},
      {"00B2020C6C", "9002"},
      {"00A4040001AA", "9003"},
      {"00A4040001AA00", "9003"},
      {"00A4040001BB", "9004"},
      {"00A4040001BB00", "9004"},
      {"00A4040001AABB", "9003"},  // Le BB
      {"00B2030C00", "not found"},
      {"00A4040001CC", "not found"},
      {"00A40400", "not found"},
      {"00B2010C0000", "not found"},      // no APDU
      {"00A4040001AA0000", "not found"},  // nor this
      {"00B2", "not found"},
      {"", "not found"},
  }));
  CAPTURE(row.command);
  CHECK(first_answer(transcript, row.command) == row.answer);
}

TEST_CASE("a star stands for any nibble of the data") {
  const Transcript transcript = parsed("> 80AE800004 *234 56*8 **\n< 9000\n");
  CHECK(first_answer(transcript, "80AE800004 1234 5678") == "9000");
  CHECK(first_answer(transcript, "80AE800004 F234 5608") == "9000");
  CHECK(first_answer(transcript, "80AE800004 1234 567800") == "9000");
  CHECK(first_answer(transcript, "80AE800004 1334 5678") == "not found");
  CHECK(first_answer(transcript, "80AE800004 1234 5679") == "not found");
  CHECK(first_answer(transcript, "80AE800005 1234 5678 00") == "not found");
  CHECK(first_answer(transcript, "80AE400004 1234 5678") == "not found");
  CHECK(first_answer(parsed("> 00B2010C**\n< 9000\n"), "00B2010C00") == "9000");  // Le
}

TEST_CASE("the more of a command was recorded, the more it counts") {
  const Transcript transcript = parsed(
      "> 0020008002****\n< 63C2\n> 002000800212**\n< 63C1\n> 00200080021234\n< 9000\n> "
      "0020008002****\n< 63C0\n");
  CHECK(transcript.size() == 3);
  CHECK(first_answer(transcript, "00200080021234") == "9000");
  CHECK(first_answer(transcript, "00200080021235") == "63C1");
  CHECK(first_answer(transcript, "00200080022235") == "63C2");
  CHECK(transcript.answers(*transcript.find(bytes("00200080022235"))).size() == 2);
}

TEST_CASE("a zero is not a star") {
  const Transcript transcript = parsed("> 002000800212**\n< 63C1\n> 00200080021200\n< 9000\n");
  CHECK(first_answer(transcript, "00200080021200") == "9000");
  CHECK(first_answer(transcript, "00200080021201") == "63C1");
}

TEST_CASE("of two commands with as many stars, the one recorded first counts") {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += "> 80AE800002**" + std::to_string(30 + i) + "\n< 9001\n";
    text += "> 80AE80000212**\n< 9002\n";
    text += "> 80AE80000234**\n< 9003\n";
    text += "> 80AE800002" + std::to_string(50 + i) + "**\n< 9004\n";
  }
  const Transcript transcript = parsed(text);
  CHECK(transcript.size() == 42);
  CHECK(first_answer(transcript, "80AE8000021230") == "9001");
  CHECK(first_answer(transcript, "80AE8000021231") == "9002");
  CHECK(first_answer(transcript, "80AE8000025030") == "9001");
  CHECK(first_answer(transcript, "80AE8000025131") == "9001");
  CHECK(first_answer(transcript, "80AE8000025031") == "9004");
}

TEST_CASE("a command is named as EMV names it") {
  struct Row {
    const char *command, *name;
  };
  const auto row = GENERATE(values<Row>({
      {"00A4040000", "SELECT"},
      {"80A80000028300", "GET PROCESSING OPTIONS"},
      {"00B2021C00", "READ RECORD 2, SFI 3"},
      {"00B2FFFC00", "READ RECORD 255, SFI 31"},
      {"00B2021D00", "READ RECORD"},
      {"80CA9F1700", "GET DATA 9F17"},
      {"80CA005A00", "GET DATA 5A"},
      {"0020008008", "VERIFY"},
      {"00240000", "CHANGE REFERENCE DATA"},
      {"002C0000", "RESET RETRY COUNTER"},
      {"84240000", "PIN CHANGE/UNBLOCK"},
      {"80AE0000", "GENERATE AC for an AAC"},
      {"80AE4000", "GENERATE AC for a TC"},
      {"80AE8000", "GENERATE AC for an ARQC"},
      {"80AEC000", "GENERATE AC"},
      {"00C0000010", "GET RESPONSE"},
      {"0084000000", "GET CHALLENGE"},
      {"00820000", "EXTERNAL AUTHENTICATE"},
      {"00880000", "INTERNAL AUTHENTICATE"},
      {"00B0000000", "READ BINARY"},
      {"80B2021C00", "the command"},
      {"00FF0000", "the command"},
      {"00B202", "the command"},
      {"", "the command"},
  }));
  CHECK(command_name(bytes(row.command)) == row.name);
}

TEST_CASE("data that may be a PIN is masked to its last nibble, and nothing else is") {
  struct Row {
    const char *command, *masked;
  };
  const auto row = GENERATE(values<Row>({
      {"0020008008249753FFFFFFFFFF", "0020008008****************"},
      {"0020008008249753FFFFFFFFFF00", "0020008008****************00"},
      {"002000800439373533", "0020008004********"},
      {"00200080029753", "0020008002****"},
      {"0C20008008249753FFFFFFFFFF", "0C20008008****************"},
      {"002100800439373533", "0021008004********"},
      {"00240000049753975A", "0024000004********"},
      {"8424000004AABBCCDD", "8424000004********"},
      {"00260000029753", "0026000002****"},
      {"00280000029753", "0028000002****"},
      {"002C0000029753", "002C000002****"},
      {"0020008008249753", "00200080********"},      // no APDU: Lc says 8
      {"0020008000249753FF", "00200080**********"},  // nor this
      {"00200080", "00200080"},                      // how many tries are left
      {"0020008000", "0020008000"},
      {"00B2010C00", "00B2010C00"},
      {"00A4040002AABB00", "00A4040002AABB00"},
      {"0020", "0020"},
      {"", ""},
  }));
  CHECK(masked_hex(bytes(row.command)) == row.masked);
  CHECK(masked_hex(without_pin(bytes(row.command))) == row.masked);
}
