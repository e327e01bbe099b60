// The APDUs of a reader, as a transcript.
#include "sim/reader/trace.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/reader/readers.hpp"

namespace sesame::sim {
namespace {

using namespace test;

std::string trace(TestReader& reader) { return to_transcript(reader->log(), reader->forgotten()); }

TEST_CASE("a trace replays to the same code, of cards of either protocol") {
  const std::string card = GENERATE("sesame-card", "bank-card", "aes-card");
  TestReader reader(card);
  reader.ask_code();
  REQUIRE(reader.state() == State::code);
  CardSource source({});
  TestReader replay("");
  replay->insert(source.make({CardSpec::Kind::transcript, trace(reader), "trace"}, "there",
                             ClockKind::virtual_time, {}));
  replay.ask_code("9999");
  CHECK(replay.code() == reader.code());
}

TEST_CASE("a trace says what came and went, and never a PIN") {
  TestReader reader;
  reader.ask_code();
  reader->pull();
  const std::string text = trace(reader);
  CHECK(text.starts_with("# inserted: sesame-card\natr 3B"));
  CHECK(text.ends_with("# removed: sesame-card\n"));
  CHECK(text.find("> 0020008008****************\n< 9000\n") != std::string::npos);
  CHECK(text.find("241234") == std::string::npos);
}

TEST_CASE("a second reset and a silence are comments") {
  TestReader reader("");
  reader.fault(fault(FaultKind::mute, 1));
  reader.insert();
  reader.press("OK");
  const std::string text = trace(reader);
  CHECK(text.find("\n< mute\n") != std::string::npos);
  CHECK(text.find("# cold reset: no answer\n") != std::string::npos);
}

TEST_CASE("a trace whose beginning is forgotten says so") {
  CHECK(to_transcript({}, true) == "# what came before is forgotten\n");
  CHECK(to_transcript({}, false).empty());
}

}  // namespace
}  // namespace sesame::sim
