// The dialogue of one made-up CAP card, command by command, with the cryptograms of a published vector:
// ATC 00B4, no challenge, code 42511495; ATC 00D1, challenge 4815, code 36473333.
#pragma once

#include <string>
#include <vector>

#include "tests/firmware/core/hex.hpp"

namespace sesame::test {

struct Step {
  std::string name;
  std::string command;   // hex, whole
  std::string response;  // hex, with the status word
};
using Dialogue = std::vector<Step>;

inline const std::string kOk = "9000";
inline const std::string kCdol1 = "9F02069F03069F1A0295055F2A029A039C019F3704";
inline const std::string kIpb = "00001F00000000000FFFFF00000000008000";
inline const std::string kIdentifyAc = "8012 80 00B4 7F32A79FDA945643 06770A03A48000";
inline const std::string kChallengeAc = "8012 80 00D1 D23D64617F0644FA 06770A03A48000";

// The data for CDOL1: an amount, a currency, a date and a challenge in their places, the rest as for a CAP
// card.
inline std::string cdol1_data(std::string_view amount = "000000000000", std::string_view currency = "0000",
                              std::string_view challenge = "00000000", std::string_view date = "000000") {
  std::string data;
  for (const std::string_view value :
       {amount, std::string_view("000000000000"), std::string_view("0000"), std::string_view("8000000000"),
        currency, date, std::string_view("00"), challenge}) {
    data += value;
  }
  return data;
}
inline std::string first_generate_ac(std::string_view data) {
  return "80AE80001D" + std::string(data) + "00";
}
inline std::string second_generate_ac(std::string_view data) {
  return "80AE00001F5A33" + std::string(data) + "00";
}

inline std::string fci(std::string_view aid, std::string_view proprietary) {
  return tlv("6F", tlv("84", aid) + tlv("A5", proprietary)) + kOk;
}

// A whole session that ends in a code. PIN 1234.
inline Dialogue identify() {
  return {
      {"SELECT", "00A4040007A000000004800200",
       fci("A0000000048002", tlv("50", "434150") + tlv("5F2D", "66726E6C"))},
      {"GET PROCESSING OPTIONS", "80A8000002830000", "8006100008010200" + kOk},
      {"READ RECORD 1", "00B2010C00", tlv("70", tlv("8C", kCdol1) + tlv("8D", "8A02" + kCdol1)) + kOk},
      {"READ RECORD 2", "00B2020C00",
       tlv("70", tlv("5F34", "01") + tlv("9F55", "00") + tlv("9F56", kIpb)) + kOk},
      {"GET DATA", "80CA9F1700", "9F170103" + kOk},
      {"VERIFY", "0020008008241234FFFFFFFFFF", kOk},
      {"GENERATE AC", first_generate_ac(cdol1_data()), kIdentifyAc + kOk},
      {"second GENERATE AC", second_generate_ac(cdol1_data()),
       "8012 00 00B4 0102030405060708 06770A03258000" + kOk},
  };
}

// A recorded Belgian card: M1 without a challenge is 23790240, with 1234 it is 23580039; M2 signing 1234 is
// 23719593, from the first answer.
inline const std::string kBelgianIdentified =
    "7726 9F270180 9F3602005A 9F2608513C1201B7DB02A0 9F100F06015603A400000700030000010002" + kOk;
inline const std::string kBelgianChallenged =
    "7726 9F270180 9F36020059 9F260894AB83B4EA4FCD87 9F100F06015603A400000700030000010002" + kOk;
inline Dialogue belgian(const std::string& challenge, const std::string& answer) {
  const std::string data = "00000000000000000000000000008000000000000000000000" + challenge + "0000010002";
  return {
      {"SELECT DPA", "00A4040007A000000003800200", "6A82"},
      {"SELECT", "00A4040007A000000004800200",
       "6F2E8407A0000000048002A5239F38039F35015F2D026672BF0C159F5501005F2C020056DF0709424B53303536303038900"
       "0"},
      {"GET PROCESSING OPTIONS", "80A800000383013400", "770E82021000940808010100080404009000"},
      {"READ RECORD 1", "00B2010C00",
       "703E5A0967030405123456789F5F3401025F25030801015F2403121231571367030405123456789D1212221000002200009F5"
       "F280200569F420209789F4401029000"},
      {"READ RECORD 4", "00B2040C00",
       "70589F560B0000FF000000000003FFFF8E0A000000000000000001008C1B9F02069F03069F1A0295055F2A029A039C019F370"
       "49F4C029F34038D1F8A029F02069F03069F1A0295055F2A029A039C019F37049F4C029F3403910A9000"},
      {"GET DATA", "80CA9F1700", "9F1701039000"},
      {"VERIFY", "0020008008241234FFFFFFFFFF", kOk},
      {"GENERATE AC", "80AE800022" + data + "00", answer},
      {"second GENERATE AC", "80AE00002E5A33" + data + "0000000000000000000000", "6F00"},
  };
}

// The same with a step answered otherwise.
inline Dialogue with(Dialogue dialogue, std::string_view name, std::string_view response) {
  for (Step& step : dialogue) {
    if (step.name == name) {
      step.response = response;
      return dialogue;
    }
  }
  throw std::invalid_argument("no such step: " + std::string(name));
}

// The same, ending with a step.
inline Dialogue until(Dialogue dialogue, std::string_view name) {
  for (std::size_t i = 0; i < dialogue.size(); ++i) {
    if (dialogue[i].name == name) {
      dialogue.resize(i + 1);
      return dialogue;
    }
  }
  throw std::invalid_argument("no such step: " + std::string(name));
}

// The same without its first so many steps.
inline Dialogue after(Dialogue dialogue, std::size_t steps) {
  dialogue.erase(dialogue.begin(), dialogue.begin() + static_cast<std::ptrdiff_t>(steps));
  return dialogue;
}

inline Dialogue operator+(Dialogue a, const Dialogue& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace sesame::test
