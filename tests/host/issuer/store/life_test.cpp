// What becomes of a card at its issuer.
#include <catch2/catch.hpp>

#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace sesame::issuer {
namespace {

using namespace test;
using Catch::Matchers::Contains;

constexpr Millis kNow = 1'700'000'000'000;

std::string refused(const std::function<void()>& act) {
  try {
    act();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

TEST_CASE("a code is accepted once, and with it every earlier one is used up") {
  IssuerWithStore setup;
  Codes codes;
  const auto verify = [&](const Submission& submission) {
    return setup.registry().verify(setup.card(), submission, kNow);
  };
  CHECK(verify(codes.good(3)).accepted);
  setup.reopen();
  CHECK_FALSE(verify(codes.good(3)).accepted);
  CHECK_FALSE(verify(codes.good(2)).accepted);
  const Decision decision = verify(codes.good(4));
  CHECK(decision.accepted);
  CHECK(decision.verdict.atc == 4);
  CHECK(setup.registry().show(setup.card()).last_atc == 4);
}

TEST_CASE("three failures in a row block the card, the second with a warning, and only the issuer lifts it") {
  IssuerWithStore setup;
  Codes codes;
  Registry& registry = setup.registry();
  const auto wrong = [&] { return registry.verify(setup.card(), codes.wrong(1), kNow); };
  CHECK(wrong().tries_left == 2);
  CHECK(registry.verify(setup.card(), codes.good(1), kNow).accepted);  // begins anew
  Decision decision = wrong();
  CHECK_FALSE(decision.last_try);
  setup.reopen();
  decision = setup.registry().verify(setup.card(), codes.wrong(2), kNow);
  CHECK(decision.last_try);
  decision = setup.registry().verify(setup.card(), codes.wrong(2), kNow);
  CHECK(decision.tries_left == 0);
  CHECK(setup.registry().show(setup.card()).state == CardState::blocked);
  decision = setup.registry().verify(setup.card(), codes.good(2), kNow);
  CHECK_FALSE(decision.accepted);
  CHECK(decision.refusal == Refusal::blocked);
  setup.registry().unblock(setup.card(), kNow);
  CHECK(setup.registry().verify(setup.card(), codes.good(2), kNow).accepted);
}

TEST_CASE("a policy may unblock a card by itself, after a while") {
  IssuerWithStore setup;
  NewCard card = new_card("5413330000000027");
  card.policy.unblock_after = 60;
  const CardId id = setup.registry().add({&card, 1}, kNow).at(0);
  Codes codes;
  for (int i = 0; i < 3; ++i) setup.registry().verify(id, codes.wrong(1), kNow + i);
  const auto refusal = [&](Millis now) { return setup.registry().verify(id, codes.wrong(1), now).refusal; };
  CHECK(refusal(kNow + 60'001) == Refusal::blocked);
  CHECK(refusal(kNow - 100'000) == Refusal::blocked);
  CHECK(refusal(kNow + 60'002) == Refusal::none);
  CHECK(setup.registry().show(id).tries_left == 2);
  CHECK(setup.registry().verify(id, codes.good(1), kNow + 60'003).accepted);
}

TEST_CASE("what is no code of the card is no try") {
  IssuerWithStore setup;
  for (int i = 0; i < 5; ++i) {
    const Decision decision =
        setup.registry().verify(setup.card(), with(of(Mode::identify), "99999999"), kNow);
    CHECK(decision.verdict.outcome == Outcome::format);
    CHECK(decision.tries_left == 3);
  }
}

TEST_CASE("the audit learns why, the one who submitted does not") {
  IssuerWithStore setup;
  Codes codes;
  Registry& registry = setup.registry();
  CHECK(registry.verify(setup.card(), codes.good(5), kNow).accepted);
  const Submission used = codes.good(5), newer = codes.good(40);
  for (const auto& [submission, cause] : {std::pair(&used, Cause::replayed), {&newer, Cause::newer}}) {
    const Decision decision = registry.verify(setup.card(), *submission, kNow);
    CHECK(decision.verdict.outcome == Outcome::invalid);
    CHECK_FALSE(decision.verdict.atc);
    CHECK(registry.inquire(setup.card(), *submission, decision, kNow).cause == cause);
  }
  std::string all;
  registry.read_audit(0, [&](const AuditRow& row) { all += row.event + row.detail + "\n"; });
  CHECK_THAT(all, Contains("\"outcome\":\"replayed\",\"atc\":\"0005\"") && Contains("atc-out-of-range"));
}

TEST_CASE("two codes in a row find a card again, a failed attempt counts") {
  IssuerWithStore setup;
  Codes codes;
  Registry& registry = setup.registry();
  Submission first = codes.good(500), second = codes.good(501), third = codes.good(503);
  CHECK_FALSE(registry.verify(setup.card(), first, kNow).accepted);
  Decision decision = registry.resynchronize(setup.card(), first, third, kNow);
  CHECK_FALSE(decision.accepted);
  CHECK(decision.last_try);
  decision = registry.resynchronize(setup.card(), first, second, kNow);
  CHECK(decision.accepted);
  CHECK(registry.show(setup.card()).last_atc == 501);
  CHECK(registry.show(setup.card()).tries_left == 3);
  CHECK_FALSE(registry.verify(setup.card(), second, kNow).accepted);
  CHECK_FALSE(registry.resynchronize(setup.card(), codes.good(2000), codes.good(2001), kNow)
                  .accepted);  // out of reach
  CHECK_FALSE(registry.resynchronize(setup.card(), codes.good(500), codes.good(501), kNow).accepted);
  CHECK(registry.show(setup.card()).state == CardState::blocked);
}

TEST_CASE("the ATC of the reader's menu finds a card again, upwards alone") {
  IssuerWithStore setup;
  Codes codes;
  Registry& registry = setup.registry();
  registry.set_last_atc(setup.card(), 0x300, kNow);
  CHECK(registry.verify(setup.card(), codes.good(0x302), kNow).accepted);
  CHECK_THAT(refused([&] { registry.set_last_atc(setup.card(), 0x301, kNow); }), Contains("cannot go back"));
}

TEST_CASE("a card is suspended, resumed, and lost") {
  IssuerWithStore setup;
  Codes codes;
  Registry& registry = setup.registry();
  const auto refusal = [&] { return registry.verify(setup.card(), codes.good(1), kNow).refusal; };
  registry.suspend(setup.card(), kNow);
  CHECK(refusal() == Refusal::suspended);
  CHECK_THAT(refused([&] { registry.unblock(setup.card(), kNow); }),
             Contains("is suspended: it cannot be unblocked"));
  registry.resume(setup.card(), kNow);
  CHECK(refusal() == Refusal::none);
  registry.report_lost(setup.card(), kNow);
  CHECK(refusal() == Refusal::lost);
  CHECK_THAT(refused([&] { registry.resume(setup.card(), kNow); }), Contains("is lost"));
  CHECK_THAT(refused([&] { registry.suspend(77, kNow); }), Contains("there is no card 77"));
}

TEST_CASE("a blocked card that is suspended is blocked when it is resumed") {
  IssuerWithStore setup;
  Codes codes;
  for (int i = 0; i < 3; ++i) setup.registry().verify(setup.card(), codes.wrong(1), kNow);
  setup.registry().suspend(setup.card(), kNow);
  setup.registry().resume(setup.card(), kNow);
  CHECK(setup.registry().show(setup.card()).state == CardState::blocked);
}

TEST_CASE("a renewed card ends the old one with its first code") {
  IssuerWithStore setup;
  Registry& registry = setup.registry();
  NewCard next = new_card("5413330000000019", "01");
  next.replaces = setup.card();
  const CardId renewed = registry.add({&next, 1}, kNow).at(0);
  Codes codes;
  CHECK(registry.verify(setup.card(), codes.good(1), kNow).accepted);
  CHECK(registry.verify(renewed, codes.good(1), kNow)
            .accepted);  // the same key here: another PSN would have another
  CHECK(registry.verify(setup.card(), codes.good(2), kNow).refusal == Refusal::ended);
  CHECK(registry.show(setup.card()).state == CardState::ended);
  CHECK(registry.find("5413330000000019") == std::vector<CardId>{setup.card(), renewed});
  CHECK(registry.find("5413330000000018").empty());
}

TEST_CASE("a mode that the policy has not is refused without a try") {
  IssuerWithStore setup;
  NewCard card = new_card("5413330000000027");
  card.policy.modes = 1U << static_cast<unsigned>(Mode::respond);
  const CardId id = setup.registry().add({&card, 1}, kNow).at(0);
  Codes codes;
  CHECK(setup.registry().verify(id, codes.good(1), kNow).refusal == Refusal::mode);
  CHECK(setup.registry().show(id).tries_left == 3);
}

TEST_CASE("an unknown card is refused, and audited") {
  IssuerWithStore setup;
  Codes codes;
  const Decision decision = setup.registry().verify(4711, codes.good(1), kNow);
  CHECK(decision.refusal == Refusal::unknown_card);
  CHECK(setup.events("refused") == 1);
  CHECK(setup.registry().verify_audit().broken_at == 0);
}

TEST_CASE("cards are added all or none, each once, and none that cannot be verified") {
  IssuerWithStore setup;
  Registry& registry = setup.registry();
  std::vector<NewCard> cards;
  for (const char* pan : {"5413330000000001", "5413330000000002", "5413330000000019"})
    cards.push_back(new_card(pan));
  CHECK_THAT(refused([&] { registry.add(cards, kNow); }),
             Contains("card 1 has this PAN, PSN and application already"));
  CHECK(registry.list().size() == 1);
  cards.pop_back();
  CHECK(registry.add(cards, kNow) == std::vector<CardId>{2, 3});
  NewCard weak = new_card("5413330000000003");
  weak.policy.record.mask = bytes("0000FF0000000000000FFF");
  CHECK_THAT(refused([&] {
               registry.add({&weak, 1}, kNow);
             }),
             Contains("card 1: the mask takes fewer than 16 bits"));
  weak.policy.weak_mask = true;
  CHECK(registry.add({&weak, 1}, kNow).size() == 1);
  NewCard bad = new_card("5413330000000004");
  bad.policy.record.aip.clear();
  CHECK_THAT(refused([&] { registry.add({&bad, 1}, kNow); }), Contains("AIP"));
}

// All of a store, as who reads its disk finds it.
std::string everything_in(const std::string& store) {
  if (!on_postgresql()) return sesame::test::content(store) + sesame::test::content(store + "-wal");
  std::string all;
  for (const char* table : {"cards", "audit", "meta"}) {
    all += sesame::test::PostgresqlServer::sql(
        store, std::string("SELECT string_agg(t::text, '') FROM sesame_issuer.") + table + " t");
  }
  return all;
}

TEST_CASE("a PAN is shown masked and stands nowhere in the store, nor does a key") {
  IssuerWithStore setup;
  const CardInfo info = setup.registry().show(setup.card());
  CHECK(info.pan == "541333******0019");
  CHECK(info.psn == "00");
  CHECK(info.customer == "alice");
  const std::string all = everything_in(setup.name());
  CHECK(all.find("alice") != std::string::npos);
  for (const std::string_view secret :
       {std::string_view("5413330000000019"), std::string_view("\x01\x23\x45\x67\x89\xAB\xCD\xEF"),
        std::string_view("35343133333330303030303030303139"), std::string_view("0123456789abcdef")}) {
    CHECK(all.find(secret) == std::string::npos);
  }
  if (on_postgresql()) return;
  CHECK((std::filesystem::status(setup.name()).permissions() & std::filesystem::perms(077)) ==
        std::filesystem::perms::none);
}

TEST_CASE("who reads the audit holds nobody up meanwhile") {
  IssuerWithStore setup;
  std::vector<std::string> events;
  setup.registry().read_audit(1, [&](const AuditRow& row) {
    if (events.empty()) setup.registry().suspend(setup.card(), 7);  // as another verifier might
    events.push_back(row.event);
  });
  const std::size_t before = events.size();
  CHECK(before > 0);
  CHECK(setup.registry().audit(1, 1).size() == 1);
  CHECK(setup.registry().audit(static_cast<std::int64_t>(before) + 1, 10).size() == 1);
  CHECK(setup.registry().audit(static_cast<std::int64_t>(before) + 2, 10).empty());
}

TEST_CASE("a store opens with its own key alone") {
  IssuerWithStore setup;
  CHECK_THAT(refused([&] { Registry(setup.store(), root_key(0x5B), random_numbers()); }),
             Contains("not that of this store"));
  CHECK_THAT(refused([&] { Registry::found(setup.store(), root_key(), random_numbers(), 1); }),
             Contains("a key already"));
  CHECK_THAT(refused([&] { open_store(setup.name(), Store::Open::make); }), Contains("is there already"));
}

TEST_CASE("a file that is no store is said, and what makes one", "[sqlite]") {
  const sesame::test::TemporaryFolder folder;
  CHECK_THAT(refused([&] { open_store(folder.file("none"), Store::Open::existing); }),
             Contains("issuer init"));
  CHECK_THAT(refused([&] { open_store("/dev/null", Store::Open::existing); }), Contains("/dev/null"));
}

}  // namespace
}  // namespace sesame::issuer
