// Any text as a card file: refused in one line that repeats neither PIN nor key; or a card that keeps the
// rules of every card, whatever it is told.
#include "host/card/file/card_file.hpp"

#include "tests/fuzz/lines.hpp"
#include "tests/host/card/watched_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

void keep_secrets(const Failure& failure, std::string_view text) {
  for (const std::string_view key : {"pin", "imk", "mk"}) {
    for (const std::string_view secret : secrets_of(text, key)) {
      require(std::string_view(failure.what()).find(secret) == std::string_view::npos,
              "a refusal repeats neither PIN nor key");
    }
  }
}

// WatchedCard knows what an ARQC costs where all applications need the PIN.
bool can_be_watched(const card::Personalization& card) {
  return std::all_of(card.applications.begin(), card.applications.end(),
                     [](const card::Application& application) { return application.needs_pin; });
}

void use(const card::Personalization& card) {
  state::EphemeralStore store;
  card::test::WatchedCard watched(card, store);
  watched.reset();
  for (const card::Application& application : card.applications) {
    for (const card::ByteString& command : card::test::sensible_commands(application)) {
      const char* const rule = watched.transmit(command);
      if (rule != nullptr && can_be_watched(card)) broken(rule);
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  try {
    const card::Personalization card = card::read_card(text, "fuzz.toml");
    require(card.name == "fuzz" && !card.applications.empty(), "a card has a name and an application");
    use(card);
  } catch (const Failure& failure) {
    require_told(failure, "fuzz.toml:");
    keep_secrets(failure, text);
  }
  return 0;
}
