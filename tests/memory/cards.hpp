// What these tests have in common: cards, and secrets that are nowhere by chance.
#pragma once

#include <string>

#include "tests/e2e/process.hpp"
#include "tests/memory/secret.hpp"

namespace sesame::memory {

inline const std::string kPinDigits = "907315846271";
inline const Secret kPin = Secret::digits("the PIN", kPinDigits);

// A recorded card, which takes any PIN and has none of its own, and the code that it gives with the reader
// model sesame.
inline const std::string kRecorded =
    "atr 3B65000065046C9000\n"
    "> 00A4040007A0000000038002\n"
    "< 6F1D8407A0000000038002A51250095649534120417574685F2D046672656E9000\n"
    "> 80A80000028300\n"
    "< 80061000080101009000\n"
    "> 00B2010C00\n"
    "< "
    "70628C159F02069F03069F1A0295055F2A029A039C019F37048D178A029F02069F03069F1A0295055F2A029A039C019F37045A08"
    "45331122334455665F3401008E0A000000000000000001009F56118001FFFFFF0000000000000000000000009F5501009000\n"
    "> 80AE80001D0000000000000000000000000000800000000000000101010000000000\n"
    "< 771E9F2701809F360200109F2608CF17CD2F3F3690449F100706780A03A480009000\n"
    "> 80AE00001F5A330000000000000000000000000000800000000000000101010000000000\n"
    "< 771E9F2701009F360200109F260814C3CC3C78CA84ED9F100706780A032580009000\n"
    "> 80CA9F1700\n"
    "< 9F1701039000\n"
    "> 0020008008****************\n"
    "< 9000\n";
inline const std::string kCodeDigits = "34656023";
inline const Secret kCode = Secret::digits("the code", kCodeDigits);

// A card that computes: with a PIN and a key of its own.
inline const std::string kCardPinDigits = "562839147036", kKeyHex = "8A3D51C7F2649E0BD72813A65FC4E9B0";
inline const Secret kCardPin = Secret::digits("the card's PIN", kCardPinDigits);
inline const Secret kKey = Secret::key("the card's key", kKeyHex);

inline std::string card_file() {
  return R"(title = "A card with secrets"
pan = "5413330000000019"
psn = "00"
pin = ")" +
         kCardPinDigits + R"("
try_limit = 3
atr = "3B65 0000 5345534D01"
protocol = "T=0"
language = "fr"
pse = true

[[applications]]
aid = "A0000000048002"
label = "SecureCode Aut"
priority = 1
aip = "1000"
cdol1 = "9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704"
cdol2 = "8A02 9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704"
iaf = "00"
ipb = "00 001F 00000000000FFFFF 00000000008000"
answer_format = 1
records = [
  { sfi = 1, record = 1, tags = ["5A", "5F34", "5F24", "5F28", "8E"] },
  { sfi = 1, record = 2, tags = ["8C", "8D", "9F55", "9F56"] },
]

[applications.data]
5F24 = "291231"
5F28 = "0250"
8E = "00000000 00000000 0100"

[applications.cryptogram]
scheme = "tree"
tree = "4/8"
mk = ")" +
         kKeyHex + R"("
iad = "06770A{cvr}"
cvr = { format = "visa", template = "03A48000" }
mac_cvr = { format = "mchip", template = "A50006040000" }
)";
}

}  // namespace sesame::memory
