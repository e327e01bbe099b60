// Whatever a terminal sends: an answer of 2 to 258 bytes, and no rule of the counters broken.
#include <catch2/catch.hpp>
#include <random>

#include "tests/host/card/fixture.hpp"
#include "tests/host/card/watched_card.hpp"

namespace sesame::card {
namespace {

using namespace test;

// Commands at random: mostly the next of a transaction or any sensible one, some of them damaged; some noise.
class Sender {
 public:
  Sender(std::uint32_t seed, const Application& application)
      : random_(seed), sensible_(sensible_commands(application)) {}

  ByteString next() {
    const std::uint32_t choice = below(100);
    if (choice < 40) return sensible_[step_++ % 5];
    if (choice < 60) return sensible_[below(static_cast<std::uint32_t>(sensible_.size()))];
    if (choice < 65) return {0x00, 0xC0, 0x00, 0x00, byte()};
    if (choice < 90) return damaged(sensible_[below(static_cast<std::uint32_t>(sensible_.size()))]);
    ByteString noise(below(choice < 99 ? 12 : 300));
    for (std::uint8_t& each : noise) each = byte();
    return noise;
  }
  bool wants_reset() { return below(100) == 0; }

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }

  ByteString damaged(ByteString command) {
    switch (below(4)) {
      case 0: command.resize(below(static_cast<std::uint32_t>(command.size()))); break;
      case 1: command.push_back(byte()); break;
      case 2: command[below(4)] = byte(); break;
      default: command[below(static_cast<std::uint32_t>(command.size()))] = byte(); break;
    }
    return command;
  }

  std::mt19937 random_;
  std::vector<ByteString> sensible_;
  std::size_t step_ = 0;
};

TEST_CASE("200 000 commands of any kind break no rule") {
  constexpr std::uint32_t kCards = 200;
  constexpr int kCommandsPerCard = 1000;
  std::size_t transactions = 0, cryptograms = 0, blocked = 0;
  for (std::uint32_t i = 0; i < kCards; ++i) {
    Personalization card = personalization(i % 2 == 0 ? Protocol::t0 : Protocol::t1);
    card.try_limit = static_cast<std::uint8_t>(1 + i % 15);
    card.applications.push_back(application(kMastercard));
    card.applications[0].pdol = bytes(i % 3 == 0 ? "9F3501" : "");
    card.applications[0].answer_format = i % 4 < 2 ? AnswerFormat::format1 : AnswerFormat::format2;
    state::EphemeralStore store;
    WatchedCard watched(card, store);
    Sender sender(i, card.applications[0]);
    for (int n = 0; n < kCommandsPerCard; ++n) {
      if (sender.wants_reset()) watched.reset();
      const ByteString command = sender.next();
      const char* fault = watched.transmit(command);
      if (fault != nullptr) FAIL("card " << i << ", command " << n << ", " << hex(command) << ": " << fault);
      const bool answered = watched.response().size() > 2 || watched.response()[0] == 0x61;
      if (command.size() > 1 && command[1] == 0xAE && answered) ++cryptograms;
    }
    for (std::size_t each = 0; each < 2; ++each) transactions += watched.card().counters().atc(each);
    if (watched.card().counters().tries_left() == 0) ++blocked;
  }
  // So that the above has been somewhere.
  CHECK(transactions > 10000);
  CHECK(cryptograms > 10000);
  CHECK(blocked > 10);
  CHECK(blocked < 100);
}

}  // namespace
}  // namespace sesame::card
