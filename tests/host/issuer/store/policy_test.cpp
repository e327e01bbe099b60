#include "host/issuer/store/policy.hpp"

#include <catch2/catch.hpp>

#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

TEST_CASE("the policy of every application is read from its text as it was") {
  for (const Application& application : kApplications) {
    const auto card = card::load_card(application.card);
    Policy policy;
    policy.record = record_of(card, *code_application(card, bytes(application.aid)));
    policy.tries = 5;
    policy.modes = 0x05;
    policy.reach = 77;
    const std::string text = policy_text(policy);
    const auto read = read_policy(text);
    REQUIRE(read);
    CHECK(policy_text(*read) == text);
    CHECK(read->allows(Mode::identify));
    CHECK_FALSE(read->allows(Mode::respond));
    CHECK_FALSE(fault(*read));
  }
}

TEST_CASE("a text that is no policy is none, cut or changed anywhere") {
  Policy policy;
  policy.record = record_of(card::load_card("sesame-card"), 0);
  const std::string text = policy_text(policy);
  for (std::size_t i = 0; i < text.size(); ++i) CHECK_FALSE(read_policy(text.substr(0, i)));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'0', '"', '-', 'x', '}', '\xFF'}) {
      std::string changed = text;
      changed[i] = c;
      if (const auto read = read_policy(changed)) static_cast<void>(fault(*read));
    }
  }
  CHECK_FALSE(read_policy("{}"));
  CHECK_FALSE(read_policy("null"));
}

}  // namespace
}  // namespace sesame::issuer
