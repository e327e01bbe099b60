// Cards that once gave a wrong code, or none: each through a whole reader, under the name of its situation.
#include <string>

#include "host/profile/reader_file.hpp"
#include "host/reader/native_reader.hpp"
#include "host/transcript/trace_writer.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "tests/host/transcript/support.hpp"

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;

namespace {

// One session with the reader model `sesame`: the code, or what the reader shows instead.
std::string outcome_of(CardSlot& slot) {
  const profile::LoadedReader loaded = profile::load_reader("sesame");
  NativeReader reader(loaded.profile(), slot);
  reader.insert();
  if (reader.state() == State::choose_function) {
    reader.press(function_key(0));
    for (int i = 0; i < 4; ++i) reader.press(Key::d0);
    reader.press(Key::ok);
  }
  if (reader.state() == State::code) return reader.code();
  const std::string_view reason = why(reader.fault());
  const std::string_view shown =
      reader.state() == State::notice ? to_string(reader.notice()) : to_string(reader.state());
  return std::string(shown) + (reason.empty() ? "" : ": ") + std::string(reason);
}

std::string outcome_of(const std::string& file) {
  TranscriptSlot slot(std::make_shared<const Transcript>(Transcript::load(shipped("faults/" + file))));
  return outcome_of(slot);
}

}  // namespace

TEST_CASE("cards that EMV tolerates give their code, and others are refused by name") {
  struct Row {
    const char* situation;
    const char* outcome;
  };
  const Row rows[] = {
      {"afl-proprietary-file", "42511495"},
      {"df-name-mismatch", "42511495"},
      {"directory-priority", "42511495"},
      {"duplicate-objects--nested", "42511495"},
      {"duplicate-objects--same-record", "card_error: a data object stands twice on the card"},
      {"duplicate-objects--two-acs", "card_error: a data object stands twice in the answer"},
      {"get-data-endless", "42511495"},
      {"ipb-selects-nothing",
       "wrong_card: its IPB takes no bit of ATC and AC, so that every code would be the same"},
      {"language-upper-case", "42511495"},
      {"record-unknown-template", "42511495"},
      {"silent-second-ac", "42511495"},
      {"verify-6300", "wrong_pin"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.situation);
    CHECK(outcome_of(std::string(row.situation) + ".apdu") == row.outcome);
  }
}

TEST_CASE("a language in capitals is spoken") {
  TranscriptSlot slot(
      std::make_shared<const Transcript>(Transcript::load(shipped("faults/language-upper-case.apdu"))));
  const profile::LoadedReader loaded = profile::load_reader("sesame");
  NativeReader reader(loaded.profile(), slot);
  reader.insert();
  CHECK(reader.reader().language().code == std::array<char, 2>{'e', 'n'});
}

TEST_CASE("of the directory's applications that of priority 1 is used") {
  TranscriptSlot slot(
      std::make_shared<const Transcript>(Transcript::load(shipped("faults/directory-priority.apdu"))));
  const profile::LoadedReader loaded = profile::load_reader("sesame");
  NativeReader reader(loaded.profile(), slot);
  reader.insert();
  CHECK(hex(reader.reader().transaction().aid()) == "A0000000999901");
}

TEST_CASE("what a trace recorded of a card gives the same again, silence too") {
  const std::string situation = GENERATE(as<std::string>{}, "silent-second-ac", "get-data-endless",
                                         "df-name-mismatch", "verify-6300", "duplicate-objects--two-acs");
  CAPTURE(situation);
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("trace.apdu");
  std::string first;
  {
    TranscriptSlot card(
        std::make_shared<const Transcript>(Transcript::load(shipped("faults/" + situation + ".apdu"))));
    TraceWriter trace(path, "a session");
    TracingSlot slot(card, trace);
    first = outcome_of(slot);
  }
  TranscriptSlot replayed(std::make_shared<const Transcript>(Transcript::load(path)));
  CHECK(outcome_of(replayed) == first);
}
