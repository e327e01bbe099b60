#include "firmware/core/emv/t0_exchange.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::emv;
using test::bytes;
using test::ByteVector;
using test::hex;

namespace {

struct Step {
  const char* command;  // what the exchange must send
  std::string answer;   // what the card says to it
};

// Runs a whole exchange, and checks each command on the way.
void run(T0Exchange& exchange, const char* command, const std::vector<Step>& steps) {
  exchange.start(bytes(command));
  for (const Step& step : steps) {
    REQUIRE(exchange.pending());
    REQUIRE(hex(exchange.command()) == hex(bytes(step.command)));
    exchange.answer(bytes(step.answer));
  }
  REQUIRE_FALSE(exchange.pending());
}

}  // namespace

TEST_CASE("61xx is followed by GET RESPONSE, and 6Cxx by the command with the right Le") {
  struct Row {
    const char* what;
    const char* command;
    std::vector<Step> steps;
    const char* response;
  };
  const Row rows[] = {
      {"no detour", "80CA9F1700", {{"80CA9F1700", "9F1701039000"}}, "9F1701039000"},
      {"61 then the data",
       "00A4040005A00000000300",
       {{"00A4040005A00000000300", "6104"}, {"00C0000004", "6F0284009000"}},
       "6F0284009000"},
      {"6100 asks for 256 bytes",
       "80A8000002830000",
       {{"80A8000002830000", "6100"}, {"00C0000000", "8000 9000"}},
       "80009000"},
      {"6C then the data",
       "80CA9F1700",
       {{"80CA9F1700", "6C04"}, {"80CA9F1704", "9F1701039000"}},
       "9F1701039000"},
      {"6C replaces Le, not the last byte of the data",
       "00A4040005A00000000300",
       {{"00A4040005A00000000300", "6C10"}, {"00A4040005A00000000310", "9000"}},
       "9000"},
      {"data in pieces is joined",
       "00B2010C00",
       {{"00B2010C00", "AABB6102"}, {"00C0000002", "CCDD6101"}, {"00C0000001", "EE9000"}},
       "AABBCCDDEE9000"},
      {"6C inside a chain is for GET RESPONSE",
       "00B2010C00",
       {{"00B2010C00", "6108"}, {"00C0000008", "6C02"}, {"00C0000002", "AABB9000"}},
       "AABB9000"},
      {"6C then 61",
       "00B2010C00",
       {{"00B2010C00", "6C05"}, {"00B2010C05", "6105"}, {"00C0000005", "AA9000"}},
       "AA9000"},
      {"data beside 6C is not kept",
       "00B2010C00",
       {{"00B2010C00", "FFFF6C01"}, {"00B2010C01", "AA9000"}},
       "AA9000"},
      {"GET RESPONSE keeps the logical channel, and nothing else of CLA",
       "83CA9F1700",
       {{"83CA9F1700", "6101"}, {"03C0000001", "AA9000"}},
       "AA9000"},
      {"a warning with data passes through", "00B2010C00", {{"00B2010C00", "AABB6283"}}, "AABB6283"},
      {"an error after 61 passes through",
       "00B2010C00",
       {{"00B2010C00", "6102"}, {"00C0000002", "6F00"}},
       "6F00"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    T0Exchange exchange;
    run(exchange, row.command, row.steps);
    CHECK(to_string(exchange.error()) == to_string(T0Error::none));
    CHECK(hex(exchange.response()) == row.response);
    CHECK(exchange.command().empty());
  }
}

TEST_CASE("a VERIFY is never sent twice, whatever the card says") {
  const char* verify = "0020008008241234FFFFFFFFFF";
  for (const char* answer : {"6C08", "6C00", "6CFF", "63C2", "9000", "6F00", "", "90"}) {
    CAPTURE(answer);
    T0Exchange exchange;
    run(exchange, verify, {{verify, answer}});
  }
  // 61xx to a VERIFY may be asked about, but the PIN is not sent again.
  T0Exchange exchange;
  run(exchange, verify, {{verify, "6102"}, {"00C0000002", "6C01"}, {"00C0000001", "009000"}});
  CHECK(hex(exchange.response()) == "009000");
}

TEST_CASE("6Cxx to what has no Le is its answer, also where Lc is 00, which no short APDU has") {
  for (const char* command : {"00B26D0C", "00B26D0C0002", "00B26D0C00", "00B26D0C0000", "00B26D0C000002",
                              "00B26D0C00000002", "00B26D0C02AABB", "00B26D0C02AABBCC00", "00B26D0C02AA00"}) {
    CAPTURE(command);
    T0Exchange exchange;
    const bool case2 = std::string(command) == "00B26D0C00";
    if (case2) {
      run(exchange, command, {{command, "6C04"}, {"00B26D0C04", "AABBCCDD9000"}});
    } else {
      run(exchange, command, {{command, "6C04"}});
    }
    CHECK(hex(exchange.response()) == (case2 ? "AABBCCDD9000" : "6C04"));
  }
}

TEST_CASE("a card that says 61 or 6C forever is given up after sixteen exchanges") {
  for (const char* answer : {"6101", "6C01", "6100", "AA6101"}) {
    CAPTURE(answer);
    T0Exchange exchange;
    exchange.start(bytes("00B2010C00"));
    int exchanges = 0;
    while (exchange.pending()) {
      exchange.answer(bytes(answer));
      REQUIRE(++exchanges <= T0Exchange::kMaxExchanges);
    }
    CHECK(exchanges == T0Exchange::kMaxExchanges);
    CHECK(exchange.error() == T0Error::endless);
  }
}

TEST_CASE("fifteen pieces are still joined") {
  T0Exchange exchange;
  exchange.start(bytes("00B2010C00"));
  for (int i = 0; i < T0Exchange::kMaxExchanges - 1; ++i) exchange.answer(bytes("AA6101"));
  REQUIRE(exchange.pending());
  exchange.answer(bytes("AA9000"));
  CHECK(exchange.error() == T0Error::none);
  CHECK(exchange.response().size() == 16 + 2);
}

TEST_CASE("answers that cannot be joined have their names") {
  const std::string of200(400, 'A');
  const std::string of256(512, 'A');
  struct Row {
    const char* what;
    std::vector<std::string> answers;
    T0Error error;
  };
  const Row rows[] = {
      {"nothing", {""}, T0Error::response_too_short},
      {"half a status word", {"90"}, T0Error::response_too_short},
      {"half a status word after 61", {"6102", "90"}, T0Error::response_too_short},
      {"257 bytes at once", {of256 + "AA9000"}, T0Error::response_too_long},
      {"257 bytes in two pieces", {of256 + "6101", "AA9000"}, T0Error::response_too_long},
      {"400 bytes in two pieces", {of200 + "6100", of200 + "9000"}, T0Error::response_too_long},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    T0Exchange exchange;
    exchange.start(bytes("00B2010C00"));
    for (const std::string& answer : row.answers) {
      REQUIRE(exchange.pending());
      exchange.answer(bytes(answer));
    }
    CHECK_FALSE(exchange.pending());
    CHECK(to_string(exchange.error()) == to_string(row.error));
  }
}

TEST_CASE("256 bytes of data in two pieces are the most there can be") {
  T0Exchange exchange;
  exchange.start(bytes("00B2010C00"));
  exchange.answer(bytes(std::string(400, 'A') + "6138"));
  exchange.answer(bytes(std::string(112, 'B') + "9000"));
  CHECK(exchange.error() == T0Error::none);
  CHECK(exchange.response().size() == kMaxResponse);
}

TEST_CASE("an exchange can be started again, and remembers nothing of the last") {
  T0Exchange exchange;
  exchange.start(bytes("00B2010C00"));
  exchange.answer(bytes("AABB6102"));
  exchange.start(bytes("00B2020C00"));
  CHECK(hex(exchange.command()) == "00B2020C00");
  exchange.answer(bytes("CC9000"));
  CHECK(hex(exchange.response()) == "CC9000");
  exchange.wipe();
  CHECK(exchange.response().empty());
  CHECK_FALSE(exchange.pending());
}

TEST_CASE("an exchange that failed can be started again, with all its exchanges before it") {
  T0Exchange exchange;
  for (int round = 0; round < 2; ++round) {
    exchange.start(bytes("00B2010C00"));
    CHECK(exchange.error() == T0Error::none);
    for (int i = 1; i < T0Exchange::kMaxExchanges; ++i) exchange.answer(bytes("6101"));
    CHECK(exchange.pending());
    exchange.answer(bytes("6101"));
    CHECK(exchange.error() == T0Error::endless);
  }
}

TEST_CASE("a PIN is overwritten as soon as its command is answered, and be it with 61xx") {
  for (const char* answer : {"9000", "63C2", "6102", "6C02", ""}) {
    CAPTURE(answer);
    T0Exchange exchange;
    const auto holds_pin = [&] {
      const auto* memory = reinterpret_cast<const std::uint8_t*>(&exchange);
      return hex(Bytes(memory, sizeof exchange)).find("82467159") != std::string::npos;
    };
    exchange.start(bytes("00200080082882467159FFFFFF"));
    REQUIRE(holds_pin());
    exchange.answer(bytes(answer));
    CHECK_FALSE(holds_pin());
  }
}

TEST_CASE("a command longer than any APDU is not begun") {
  T0Exchange exchange;
  exchange.start(ByteVector(kMaxCommand + 1));
  CHECK_FALSE(exchange.pending());
  CHECK(exchange.error() != T0Error::none);
}
