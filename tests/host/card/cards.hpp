// Cards for tests, made by hand. No test framework in here: the fuzzer uses them too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/core/emv/tags.hpp"
#include "host/card/personalization.hpp"
#include "tests/host/keys/hex.hpp"

namespace sesame::card::test {

namespace tag = emv::tag;
using keys::test::bytes;
using keys::test::hex;
using keys::test::key;

inline constexpr const char* kPan = "1234567890123456";
inline constexpr const char* kMasterKey =
    "154F349D8585CB7F6B0798E9839B10C1";  // of kPan, PSN 00, a published IMK
inline constexpr const char* kCap = "A0000000048002";
inline constexpr const char* kMastercard = "A0000000041010";

// What CAP cards ask for at GENERATE AC: 29 bytes, and 31 with the response code 8A in front.
inline constexpr const char* kTerminalList = "9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704";

// CVN 18; 5A, 5F34 and 8E in record 1/1, the CDOLs in 1/2, IAF and IPB in 3/5; IAF also in BF0C.
inline Application application(std::string_view aid) {
  Application made;
  made.aid = bytes(aid);
  made.label = "SecureCode Aut";
  made.priority = std::uint8_t{1};
  made.aip = bytes("1800");
  made.cdol1 = bytes(kTerminalList);
  made.cdol2 = bytes(std::string("8A02") + kTerminalList);
  made.discretionary = {tag::iaf};
  made.records = {{1, 1, {tag::pan, tag::psn, tag::cvm_list}},
                  {1, 2, {tag::cdol1, tag::cdol2}},
                  {3, 5, {tag::iaf, tag::ipb}}};
  made.data = {{tag::cvm_list, bytes("00000000000000000100")},
               {tag::iaf, bytes("00")},
               {tag::ipb, bytes("00001F00000000000FFFFF00000000008000")}};
  made.cryptogram.scheme = keys::Scheme::cvn18;
  made.cryptogram.master_key = key(kMasterKey);
  made.cryptogram.iad = {{IadPiece::Kind::fixed, bytes("060112")}, {IadPiece::Kind::cvr, {}}};
  made.cryptogram.cvr = {CvrFormat::visa, bytes("03A0B800")};
  return made;
}

// T=1, so that answers come plainly; with a PSE; PIN 1234, three tries.
inline Personalization personalization(Protocol protocol = Protocol::t1) {
  Personalization made;
  made.pan = kPan;
  made.pin = SecretString("1234");
  made.atr = bytes("3B00");
  made.protocol = protocol;
  made.language = "fren";
  made.pse = true;
  made.applications.push_back(application(kCap));
  return made;
}

}  // namespace sesame::card::test
