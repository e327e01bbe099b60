// What the self-test's card is asked and answers: the dialogue of the card sesame-card with its first ATC
// (0001) and the PIN 1234, as `sesame code --card sesame-card --ephemeral --pin 1234 --trace FILE` records
// it, the PIN put back in.
#pragma once

#include <string_view>

namespace sesame::selftest {

struct Exchange {
  std::string_view command;   // T=0: header, and data; without Le
  std::string_view response;  // data, SW1 SW2
};

inline constexpr std::string_view kAtr = "3B6500005345534D01";
inline constexpr Exchange kScript[] = {
    {"00A4040007A0000000038002", "6A82"},
    {"00A4040007A0000000048002",
     "6F238407A0000000048002A518500E536563757265436F6465204175748701015F2D0266729000"},
    {"80A80000028300", "80061000080102009000"},
    {"00B2010C", "70255A0854133300000000195F3401005F24032912315F280202508E0A000000000000000001009000"},
    {"00B2020C",
     "70498C159F02069F03069F1A0295055F2A029A039C019F37048D178A029F02069F03069F1A0295055F2A029A039C019F37049F5"
     "501009F56"
     "1200001F00000000000FFFFF000000000080009000"},
    {"80CA9F17", "9F1701039000"},
    {"0020008008241234FFFFFFFFFF", "9000"},
    {"80AE80001D0000000000000000000000000000800000000000000000000000000000",
     "8012800001EF489C43060A7B2F06770A03A480009000"},
    {"80AE00001F5A330000000000000000000000000000800000000000000000000000000000",
     "80120000014F69DCD66B69727506770A032580009000"},
};
// What `sesame code` prints for it.
inline constexpr std::string_view kCode = "0347 0943";

}  // namespace sesame::selftest
