// Each format of logs, in its own words: the same made-up dialogue in all of them.
#include <catch2/catch.hpp>

#include <algorithm>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/logs/log.hpp"

using namespace sesame;
using namespace sesame::logs;
using Catch::Matchers::Contains;

namespace {

// "atr 3B00", "> 00A4… < 6F…9000": what was read, a line each.
std::vector<std::string> told(const std::vector<Event>& events) {
  std::vector<std::string> lines;
  for (const Event& event : events) {
    lines.push_back(event.kind == Event::Kind::reset
                        ? "atr " + to_hex(event.atr)
                        : "> " + to_hex(event.command) + " < " + to_hex(event.response));
  }
  return lines;
}

std::vector<std::string> read(std::string_view text) {
  const auto format = recognized(text);
  REQUIRE(format);
  return told(read_log(text, "log", *format));
}

const std::vector<std::string> kDialogue{
    "atr 3B6500002063CB6A00",
    "> 00A4040007A000000004800200 < 611A",
    "> 00C000001A < 6F188407A0000000048002A50D50085345435552453031870101"
    "9000",
    "> 80CA9F1700 < 6A88",
};

constexpr std::string_view kCardpeek =
    "# cardpeek emulator\n"
    "# version 0\n"
    "R:3B6500002063CB6A00\n"
    "C:00A4040007A000000004800200:611A:\n"
    "C:00C000001A:9000:6F188407A0000000048002A50D50085345435552453031870101\n"
    "C:80CA9F1700:6A88:\n"
    "# end\n";

constexpr std::string_view kPcscd =
    "00000000 pcscdaemon.c:663:main() pcsc-lite 1.9.9 daemon ready.\n"
    "00000004 Card ATR: 3B 65 00 00 20 63 CB 6A 00 \n"
    "00000003 APDU: 00 A4 04 00 07 A0 00 00 00 04 80 02 00 \n"
    "00000107 SW: 61 1A \n"
    "00000012 winscard.c:1612:SCardTransmit() Send Protocol: T=0\n"
    "00000003 APDU: 00 C0 00 00 1A \n"
    "00000107 SW: 6F 18 84 07 A0 00 00 00 04 80 02 A5 0D 50 08 53 45 43 55 52 45 30 31 87 01 01 90 00 \n"
    "00000003 APDU: 80 CA 9F 17 00 \n"
    "00000107 SW: 6A 88 \n";

constexpr std::string_view kSpyPrinted =
    "SCardStatus\n"
    " i hCard: 0x065707E0\n"
    " o bAtrLen 0x00000009 (9)\n"
    " o bAtr 3B 65 00 00 20 63 CB 6A 00\n"
    " => Command successful. (SCARD_S_SUCCESS [0x00000000])  [0.000642]\n"
    "SCardTransmit\n"
    " i hCard: 0x065707E0\n"
    " i pioSendPci.dwProtocol: 0x00000001\n"
    " i bSendLength 0x0000000D (13)\n"
    " i bSendBuffer\n"
    " i  0000 00 A4 04 00 07 A0 00 00 00 04 80 02 00          .............\n"
    " o bRecvLength 0x00000002 (2)\n"
    " o bRecvBuffer\n"
    " o  0000 61 1A                                           a.\n"
    " => Command successful. (SCARD_S_SUCCESS [0x00000000])  [0.003546]\n"
    "    SCardGetStatusChange\n"
    "     i hContext: 0x0B6272AD\n"
    "SCardTransmit\n"
    " i bSendBuffer\n"
    " i  0000 00 C0 00 00 1A                                  .....\n"
    " o bRecvBuffer\n"
    " o  0000 6F 18 84 07 A0 00 00 00 04 80 02 A5 0D 50 08 53 o............P.S\n"
    " o  0010 45 43 55 52 45 30 31 87 01 01 90 00             ECURE01.....\n"
    "     => Command successful. (SCARD_S_SUCCESS [0x00000000])  [0.000046]\n"
    " => Command successful. (SCARD_S_SUCCESS [0x00000000])  [0.003546]\n"
    "\x1B[34mSCardTransmit\x1B[0m\n"
    "\x1B[32m i bSendBuffer\x1B[0m\n"
    "\x1B[32m i  0000 80 CA 9F 17 00                                  .....\x1B[0m\n"
    "\x1B[35m o bRecvBuffer\x1B[0m\n"
    "\x1B[35m o  0000 6A 88                                           j.\x1B[0m\n"
    " => Command successful. (SCARD_S_SUCCESS [0x00000000])  [0.003546]\n";

constexpr std::string_view kSpyOfLibrary =
    "7FC50F7FE6C0@>|1795940045|949714|SCardStatus\n"
    "7FC50F7FE6C0@0x065707E0\n"
    "7FC50F7FE6C0@0x00000009\n"
    "7FC50F7FE6C0@3B 65 00 00 20 63 CB 6A 00 \n"
    "7FC50F7FE6C0@<|1795940045|950541|SCardStatus|Command successful.|0x00000000\n"
    "7FC50F7FE6C0@>|1795940045|950598|SCardTransmit\n"
    "7FC50F7FE6C0@0x065707E0\n"
    "7FC514BFD6C0@>|1795940045|950808|SCardGetStatusChange\n"
    "7FC50F7FE6C0@0x00000001\n"
    "7FC50F7FE6C0@0x00000010\n"
    "7FC50F7FE6C0@0x0000000D\n"
    "7FC50F7FE6C0@00 A4 04 00 07 A0 00 00 00 04 80 02 00 \n"
    "7FC514BFD6C0@0x0B6272AD\n"
    "7FC50F7FE6C0@0x00000001\n"
    "7FC50F7FE6C0@0x00000010\n"
    "7FC50F7FE6C0@0x00000002\n"
    "7FC50F7FE6C0@61 1A \n"
    "7FC50F7FE6C0@<|1795940045|950999|SCardTransmit|Command successful.|0x00000000\n"
    "7FC50F7FE6C0@>|1795940046|1|SCardTransmit\n"
    "7FC50F7FE6C0@0x065707E0\n"
    "7FC50F7FE6C0@0x00000001\n"
    "7FC50F7FE6C0@0x00000010\n"
    "7FC50F7FE6C0@0x00000005\n"
    "7FC50F7FE6C0@00 C0 00 00 1A \n"
    "7FC50F7FE6C0@0x00000001\n"
    "7FC50F7FE6C0@0x00000010\n"
    "7FC50F7FE6C0@0x0000001C\n"
    "7FC50F7FE6C0@6F 18 84 07 A0 00 00 00 04 80 02 A5 0D 50 08 53 45 43 55 52 45 30 31 87 01 01 90 00 \n"
    "7FC50F7FE6C0@<|1795940046|2|SCardTransmit|Command successful.|0x00000000\n"
    "7FC50F7FE6C0@>|1795940046|3|SCardTransmit\n"
    "7FC50F7FE6C0@0x065707E0\n"
    "7FC50F7FE6C0@0x00000001\n"
    "7FC50F7FE6C0@0x00000010\n"
    "7FC50F7FE6C0@0x00000005\n"
    "7FC50F7FE6C0@80 CA 9F 17 00 \n"
    "7FC50F7FE6C0@0x00000001\n"
    "7FC50F7FE6C0@0x00000010\n"
    "7FC50F7FE6C0@0x00000002\n"
    "7FC50F7FE6C0@6A 88 \n"
    "7FC50F7FE6C0@<|1795940046|4|SCardTransmit|Command successful.|0x00000000\n";

// Of a card with contacts.
constexpr std::string_view kProxmarkContacts =
    "[+] Recorded activity (trace len = 77 bytes)\n"
    "[=] ISO7816-4 / Smartcard - Timings N/A yet\n"
    "\n"
    "      Start |        End | Src | Data (! denotes parity error)                           | CRC | "
    "Annotation\n"
    "------------+------------+-----+---------------------------------------------------------+-----+--------"
    "---\n"
    "          0 |          0 | Tag |3b  65  00  00  20  63  cb  6a  00                       |     |\n"
    "          0 |          0 | Rdr |00  a4  04  00  07  a0  00  00  00  04  80  02  00       |     | "
    "SELECT\n"
    "          0 |          0 | Tag |61  1a                                                   |     |\n"
    "          0 |          0 | Rdr |00  c0  00  00  1a                                       |     | GET "
    "RESPONSE\n"
    "          0 |          0 | Tag |6f  18  84  07  a0  00  00  00  04  80  02  a5  0d  50   |     |\n"
    "            |            |     |08  53  45  43  55  52  45  30  31  87  01  01  90  00   |     |\n"
    "          0 |          0 | Rdr |80  ca  9f  17  00                                       |     | GET "
    "DATA\n"
    "          0 |          0 | Tag |6a  88                                                   |     |\n";

// What opensc-tool, scriptor and people print.
constexpr std::string_view kOpensc =
    "Using reader with a card: Made Up Reader 00 00\n"
    "ATR: 3b:65:00:00:20:63:cb:6a:00\n"
    "Sending: 00 A4 04 00 07 A0 00 00 00 04 80 02 00 \n"
    "Received (SW1=0x61, SW2=0x1A)\n"
    "Sending: 00 C0 00 00 1A \n"
    "Received (SW1=0x90, SW2=0x00):\n"
    "6F 18 84 07 A0 00 00 00 04 80 02 A5 0D 50 08 53 o............P.S\n"
    "45 43 55 52 45 30 31 87 01 01                   ECURE01...\n"
    "Sending: 80 CA 9F 17 00 \n"
    "Received (SW1=0x6A, SW2=0x88)\n";

constexpr std::string_view kScriptor =
    "Using T=0 protocol\n"
    "> RESET\n"
    "< OK: 3B 65 00 00 20 63 CB 6A 00 \n"
    "> 00 A4 04 00 07 A0 00 00 00 04 80 02 00\n"
    "< 61 1A : 1A bytes are there.\n"
    "> 00 C0 00 00 1A\n"
    "< 6F 18 84 07 A0 00 00 00 04 80 02 A5 0D 50 08 53 \n"
    "45 43 55 52 45 30 31 87 01 01 90 \n"
    "00 : Normal processing.\n"
    "> 80 CA 9F 17 00\n"
    "< 6A 88 : no such data.\n";

constexpr std::string_view kPasted =
    "3B6500002063CB6A00\r\n"
    "\r\n"
    "00A4040007A000000004800200\r\n"
    "611A\r\n"
    "00:C0:00:00:1A\r\n"
    "{0x6F, 0x18, 0x84, 0x07, 0xA0, 0x00, 0x00, 0x00, 0x04, 0x80, 0x02, 0xA5, 0x0D, 0x50, 0x08, 0x53, 0x45, "
    "0x43, "
    "0x55, 0x52, 0x45, 0x30, 0x31, 0x87, 0x01, 0x01, 0x90, 0x00}\r\n"
    "80 CA 9F 17 00\r\n"
    "6A 88  # none\r\n";

constexpr std::string_view kMarked =
    "ATR = 3B 65 00 00 20 63 CB 6A 00\n"
    "C-APDU: 00 A4 04 00 07 A0 00 00 00 04 80 02 00\n"
    "R-APDU: 61 1A\n"
    "-> 00 C0 0 0 1A\n"
    "Response <-- 6F188407A0000000048002A50D50085345435552453031870101 9000\n"
    "[=] >>>> 80CA9F1700\n"
    "[+] <<<< 6A88\n";

}  // namespace

TEST_CASE("every tool's log is recognized, and is the dialogue that it logged") {
  const std::vector<std::pair<std::string_view, Format>> logs{
      {kCardpeek, Format::cardpeek},
      {kPcscd, Format::pcscd},
      {kSpyPrinted, Format::pcsc_spy},
      {kSpyOfLibrary, Format::pcsc_spy},
      {kProxmarkContacts, Format::proxmark_trace},
      {kOpensc, Format::hex},
      {kScriptor, Format::hex},
      {kPasted, Format::hex},
      {kMarked, Format::hex},
  };
  for (const auto& [text, format] : logs) {
    INFO(text.substr(0, 60));
    CHECK(recognized(text) == format);
    CHECK(told(read_log(text, "log", format)) == kDialogue);
  }
  CHECK_FALSE(recognized("nothing of a card\n"));
  CHECK_FALSE(recognized(""));
}

TEST_CASE("of a contactless card the blocks are put together, and its ATR is as a PC/SC reader makes it up") {
  constexpr std::string_view kLog =
      "      Start |        End | Src | Data (! denotes parity error)                           | CRC | "
      "Annotation\n"
      "------------+------------+-----+---------------------------------------------------------+-----+------"
      "-----\n"
      "          0 |        992 | Rdr |52(7)                                                    |     | "
      "WUPA\n"
      "       2244 |       4612 | Tag |04  00                                                   |     |\n"
      "      10000 |      15000 | Rdr |e0  80  31  73                                           |  ok | "
      "RATS\n"
      "      16000 |      20000 | Tag |06! 78  77  81  02  41  f3! 5b                           |  ok |\n"
      "      21000 |      22000 | Rdr |12  00  a4  04  [6c  22]                                 |  ok | "
      "SELECT\n"
      "      21100 |      22000 | Tag |a2  e6  d7                                               |  ok |\n"
      "      22100 |      23000 | Rdr |03  00  02  3f  00  48  9d                               |  ok |\n"
      "      23100 |      23500 | Tag |f2  01  91  40                                           |  ok |\n"
      "      23600 |      23800 | Rdr |f2  01  91  40                                           |  ok |\n"
      "      24000 |      25000 | Tag |03  90  00  2d  53                                       |  ok |\n"
      "      25000 |      26000 | Rdr |c2  e0  b4                                               |  ok | "
      "DESELECT\n";
  CHECK(recognized(kLog) == Format::proxmark_trace);
  CHECK(read(kLog) == std::vector<std::string>{"atr 3B8180014141", "> 00A40400023F00 < 9000"});
}

TEST_CASE("a scan of a Proxmark3 tells what SELECT, GET PROCESSING OPTIONS and READ RECORD answered") {
  constexpr std::string_view kScan = R"({
  "File": {"Created": "proxmark3 `emv scan`"},
  "Card": {"Contact": {"Communication": "iso7816", "ATR": "3B 65 00 00 20 63 CB 6A 00"}},
  "PPSE": {"AID": "32 50 41 59 2E 53 59 53 2E 44 44 46 30 31",
           "FCITemplate": {"name": "FCI", "tag": "6F", "length": "02", "value": "84 00"}},
  "Application": {
    "AID": "A0 00 00 00 04 80 02",
    "FCITemplate": {"tag": "6F", "Childs": [
        {"tag": "84", "length": "07", "value": "A0 00 00 00 04 80 02"},
        {"tag": "A5", "Childs": [{"appdata": "PDOL"}]}]},
    "GPO": {"tag": "77", "Childs": [{"appdata": "AIP"}, {"tag": "94", "value": "08 01 01 00"}]},
    "Records": [{"SFI": "01", "RecordNum": "01", "Offline": "00",
                 "Data": {"tag": "70", "Childs": [{"appdata": "PAN"}]}}]
  },
  "ApplicationData": {"PDOL": "9F 35 01 DF 40 01", "AIP": "10 00", "PAN": "49 70 10 12 34 56 78 93"}
})";
  CHECK(read(kScan) == std::vector<std::string>{
                           "atr 3B6500002063CB6A00",
                           "> 00A404000E325041592E5359532E444446303100 < 6F0284009000",
                           "> 00A4040007A000000004800200 < 6F148407A0000000048002A5099F38069F3501DF40019000",
                           "> 80A800000483020000 < 770A82021000940408010100"
                           "9000",
                           "> 00B2010C00 < 700A5A0849701012345678939000"});
  CHECK(read_log(kScan, "log", Format::proxmark_emv)[3].unknown == 2);
}

TEST_CASE("what is wrong in a log is one line with its number, and repeats nothing of it") {
  const std::string cardpeek(kCardpeek), pcscd(kPcscd), printed(kSpyPrinted), library(kSpyOfLibrary),
      proxmark(kProxmarkContacts), opensc(kOpensc), pasted(kPasted);
  const auto changed = [](std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
  };
  struct Row {
    Format format;
    std::string text;
    std::string says;
  };
  const std::vector<Row> rows{
      {Format::cardpeek, changed(cardpeek, ":6A88:", ":6A8:"), "log:6: bytes with an odd number"},
      {Format::cardpeek, changed(cardpeek, ":6A88:", ""), "log:6: a command, a status word and data"},
      {Format::cardpeek, changed(cardpeek, "C:80", "X:80"), "log:6: the line begins with none of"},
      {Format::cardpeek, changed(cardpeek, "R:3B65", "R:3B6"), "log:3: bytes with an odd number"},
      {Format::cardpeek, "# cardpeek emulator\nR:3B00\n", "log:2: there is no command with its response"},
      {Format::pcscd, changed(pcscd, "SW: 61 1A", "SW: 61 1G"), "log:4: bytes that are not hexadecimal"},
      {Format::pcscd, changed(pcscd, "SW: 61 1A", "SW: 61"), "log:4: a response has 2 to 258 bytes, not 1"},
      {Format::pcscd, changed(pcscd, "00000107 SW: 6A 88 \n", ""), "log:8: a command without its response"},
      {Format::pcscd, changed(pcscd, "00000003 APDU: 00 A4 04 00 07 A0 00 00 00 04 80 02 00 \n", ""),
       "log:3: a response without its command"},
      {Format::pcsc_spy, changed(printed, " o  0010", " o  0020"), "log:23: a line of a dump is missing"},
      {Format::pcsc_spy, changed(printed, "0000 61 1A", "0000 zz zz"),
       "log:14: a line of a dump without bytes"},
      {Format::pcsc_spy, printed.substr(0, printed.rfind(" =>")),
       "SCardTransmit does not return: the log is cut"},
      {Format::pcsc_spy, changed(library, "7FC50F7FE6C0@61 1A \n", ""),
       "log:17: SCardTransmit with fewer values"},
      {Format::pcsc_spy, changed(library, "@61 1A ", "@61 1 "), "log:18: bytes with an odd number"},
      {Format::proxmark_trace, changed(proxmark, "6a  88", "6a  8 "), "log:13: bytes with an odd number"},
      {Format::proxmark_trace, changed(proxmark, "| Tag |61", "| Tap |61"), "log:8: the source is neither"},
      {Format::proxmark_trace, changed(proxmark, "Rdr |80", "Tag |80"),
       "log:12: a response without its command"},
      {Format::proxmark_emv, "{\n\"File\": {\n\"a\": ]\n", "log:3: no JSON from here on"},
      {Format::proxmark_emv, "{\"File\": 1}", "log:1: there is neither PPSE nor Application"},
      {Format::proxmark_emv, "{\"Card\":\n {\"Contact\":\n {\"ATR\": \"3B 6x\"}}}",
       "log:3: bytes that are not hexadecimal"},
      {Format::hex, changed(opensc, "SW1=0x61, SW2=0x1A", "SW1=0x61"),
       "log:4: a status word has SW1 and SW2"},
      {Format::hex, changed(opensc, "Received (SW1=0x61, SW2=0x1A)\n", ""),
       "log:4: a command, and the one before has no"},
      {Format::hex, changed(pasted, "611A", "what is this"), "log:4: neither bytes, nor a mark"},
      {Format::hex, changed(pasted, "611A", "611"), "log:4: bytes with an odd number"},
      {Format::hex, "> 0020008008 241234FFFFFFFFF\n< 9000\n", "log:1: bytes with an odd number"},
      {Format::hex, "> 80CA9F** 00\n< 9000\n", "log:1: '*' in a command that has no PIN"},
      {Format::hex, "", "log:1: there is no command"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 40), row.says);
    try {
      read_log(row.text, "log", row.format);
      FAIL_CHECK("it was read");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::invalid);
      CHECK_THAT(failure.what(), Contains(row.says) && !Contains("\n") && !Contains("1234FF"));
    }
  }
}

TEST_CASE("a log cut anywhere, or with a letter changed, is read or refused, in one line") {
  for (const std::string_view text : {kCardpeek, kPcscd, kSpyPrinted, kSpyOfLibrary, kProxmarkContacts,
                                      kOpensc, kScriptor, kPasted, kMarked}) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (std::string changed : {std::string(text.substr(0, at)), std::string(text).replace(at, 1, "|")}) {
        for (int format = 0; format < 6; ++format) {
          if (format != static_cast<int>(recognized(text).value_or(Format::hex)) && at % 16 != 0) continue;
          try {
            read_log(changed, "log", static_cast<Format>(format));
          } catch (const Failure& failure) {
            REQUIRE(std::string_view(failure.what()).find('\n') == std::string_view::npos);
          }
        }
      }
    }
  }
}
