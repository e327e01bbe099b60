// Confidential codes and passwords.
#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

namespace {

User alice() {
  User user;
  user.client_id = "10002000";
  user.number = "1";
  user.name = "Alice Exemple";
  user.born = "1980-05-17";
  user.mobile = "+33600112233";
  user.email = "alice.e@example.org";
  user.user_code = "ALICE001";
  return user;
}

std::string fault(const char* secret, SecretKind kind = SecretKind::password, Rules rules = {}) {
  return std::string(to_string(fault_of(secret, kind, alice(), rules)));
}

}  // namespace

TEST_CASE("a password has eight characters at least, and nothing of the person in it") {
  CHECK(fault("Girofle-7") == "none");
  CHECK(fault("Girofle") == "too_short");
  CHECK(fault("éèàçùîïô") == "none");  // characters, not bytes
  CHECK(fault("Alice-12345") == "personal");
  CHECK(fault("mot.EXEMPLE.7") == "personal");
  CHECK(fault("né le 17051980") == "personal");
  CHECK(fault("vive1980!!") == "personal");
  CHECK(fault("tel00112233") == "personal");
  CHECK(fault("xx10002000") == "personal");
  CHECK(fault("ALICE001") == "personal");
  CHECK(fault("12345678") == "trivial");
  CHECK(fault("hgfedcba") == "trivial");
  CHECK(fault("aaaaaaaa") == "trivial");
  CHECK(fault("motdepasse") == "common");
  CHECK(fault("a\nbcdefgh") == "unprintable");
  CHECK(fault("\xFF\xFEglycine7") == "unprintable");
  CHECK(fault("ABCD-EFGH-JKMN") == "common");  // looks like one of a letter
  CHECK(fault(std::string(129, 'x').append("y").c_str()) == "too_long");
}

TEST_CASE(
    "a confidential code has six to ten characters; a setting asks for other lengths, and for a mixture") {
  CHECK(fault("g7-jwq", SecretKind::confidential) == "none");
  CHECK(fault("g7-jw", SecretKind::confidential) == "too_short");
  CHECK(fault("g7-jwq83nmp", SecretKind::confidential) == "too_long");
  Rules mixed;
  mixed.password_mixed = true;
  CHECK(fault("girofleetthym", SecretKind::password, mixed) == "mixed");
  CHECK(fault("girofle et 3 thyms", SecretKind::password, mixed) == "none");
}

TEST_CASE("scrypt is as RFC 7914 has it") {
  // Section 12: N = 16384, r = 8, p = 1, of which the first 32 bytes.
  const std::string salt = "SodiumChloride";
  const SecretHash hash = hash_secret("pleaseletmein", 14, ByteString(salt.begin(), salt.end()));
  CHECK(hash.hash == issuer::test::bytes("7023BDCB3AFD7348461C06CD81FD38EBFDA8FBBA904F8E3EA9B543F6545DA1F2"));
  CHECK(matches("pleaseletmein", hash));
  CHECK_FALSE(matches("pleaseletmeout", hash));
}

TEST_CASE("a secret that the bank has made is changed at the first login, after the reader's code") {
  json customers = seed();
  customers["subscriptions"][0]["users"][0]["confidential_code"]["must_change"] = true;
  SiteUnderTest site({}, customers);
  Browser alice = site.browser();
  alice.ok("POST", "/api/login/confidential",
           {{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "tournesol1"}});
  CHECK(alice.access == "must_prove");
  const json operation = alice.ok("POST", "/api/operations", {{"kind", "strong"}});
  alice.ok("POST", "/api/operations/" + operation["id"].get<std::string>(),
           {{"code", site.people[0].code()}});
  CHECK(alice.access == "must_change");
  CHECK(alice.refused("GET", "/api/accounts") == "403 not_now must_change");
  CHECK(alice.refused("POST", "/api/secret", {{"new", "court"}}) == "422 rule too_short");
  CHECK(alice.refused("POST", "/api/secret", {{"new", "tournesol1"}}) == "422 rule reused");
  CHECK(alice.ok("POST", "/api/secret", {{"new", "marguerite"}})["access"] == "full");
  Browser next = site.browser();
  CHECK(
      next.refused("POST", "/api/login/confidential",
                   {{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "tournesol1"}}) ==
      "403 refused");
  CHECK(next.ok("POST", "/api/login/confidential",
                {{"client_id", "10002000"},
                 {"user_number", "1"},
                 {"confidential_code", "marguerite"}})["access"] == "limited");
}

TEST_CASE("a password is personalized at the first login, and changed at any time with the old one") {
  json customers = seed();
  customers["subscriptions"][0]["users"][0]["password"]["must_change"] = true;
  SiteUnderTest site({}, customers);
  Browser alice = site.browser();
  const auto login = [](const char* password) {
    return json{{"email", "client1@example.org"}, {"password", password}};
  };
  CHECK(alice.ok("POST", "/api/login/password", login("Premier-Mot-1"))["access"] == "must_change");
  CHECK(alice.ok("POST", "/api/secret", {{"new", "Girofle-thym"}})["access"] == "full");
  CHECK(alice.refused("POST", "/api/secret", {{"old", "Girofle"}, {"new", "Romarin-sel"}}) == "403 refused");
  alice.ok("POST", "/api/secret", {{"old", "Girofle-thym"}, {"new", "Romarin-sel"}});
  CHECK(alice.refused("POST", "/api/secret", {{"old", "Romarin-sel"}, {"new", "Premier-Mot-1"}}) ==
        "422 rule reused");
}

TEST_CASE("a new password comes by post alone, and takes the place of the old one when it is used") {
  SiteUnderTest site;
  Browser alice = site.browser();
  const auto login = [](const std::string& password) {
    return json{{"email", "client1@example.org"}, {"password", password}};
  };
  for (int i = 0; i < 3; ++i) alice.refused("POST", "/api/login/password", login("wrong-wrong"));
  alice.ok("POST", "/api/forgotten/secret",
           {{"site", "savings"}, {"email", "client1@example.org"}, {"method", "password"}});
  const json letters = site.outbox();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0]["kind"] == "post");
  const std::string secret = letters[0]["values"]["code"];
  CHECK(alice.refused("POST", "/api/login/password", login("Premier-Mot-1")) == "403 disabled");
  CHECK(alice.ok("POST", "/api/login/password", login(secret))["access"] == "must_change");
  alice.ok("POST", "/api/secret", {{"new", "Girofle-thym"}});
  Browser again = site.browser();
  again.ok("POST", "/api/login/password", login("Girofle-thym"));
  CHECK(again.refused("POST", "/api/login/password", login(secret)) == "403 refused");
}

TEST_CASE("a letter that a stranger asked for takes nothing away") {
  SiteUnderTest site;
  Browser stranger = site.browser();
  stranger.ok("POST", "/api/forgotten/secret",
              {{"site", "savings"}, {"email", "client1@example.org"}, {"method", "password"}});
  stranger.ok("POST", "/api/login/password",
              {{"email", "client1@example.org"}, {"password", "Premier-Mot-1"}});
}

TEST_CASE("the main user and an administrator have a new confidential code sent; a user does not") {
  SiteUnderTest site;
  Browser bruno = site.logged_in(1);
  CHECK(bruno.refused("POST", "/api/users/1/confidential-code") == "403 not_yours");  // the main user's
  bruno.ok("POST", "/api/users/3/confidential-code");
  const std::string secret = site.outbox()[0]["values"]["code"];
  Browser chloe = site.browser();
  const auto login = [](const std::string& code) {
    return json{{"client_id", "10002000"}, {"user_number", "3"}, {"confidential_code", code}};
  };
  CHECK(chloe.refused("POST", "/api/login/confidential", login("tournesol3")) == "403 refused");
  chloe.ok("POST", "/api/login/confidential", login(secret));
  CHECK(chloe.access == "must_prove");
}

TEST_CASE("who manages users sees whose access is disabled") {
  SiteUnderTest site;
  Browser stranger = site.browser(), alice = site.logged_in();
  const auto disabled = [&](std::size_t user) {
    return alice.ok("GET", "/api/users")["users"][user]["disabled"].get<bool>();
  };
  CHECK_FALSE(disabled(2));
  const json wrong{{"client_id", "10002000"}, {"user_number", "3"}, {"confidential_code", "a guess"}};
  for (int i = 0; i < 3; ++i) stranger.refused("POST", "/api/login/confidential", wrong);
  CHECK(disabled(2));
  CHECK_FALSE(disabled(0));
}

TEST_CASE("changing a secret ends the other sessions of that person") {
  SiteUnderTest site;
  Browser one = site.browser(), other = site.browser();
  const json login{{"email", "client1@example.org"}, {"password", "Premier-Mot-1"}};
  one.ok("POST", "/api/login/password", login);
  other.ok("POST", "/api/login/password", login);
  one.ok("POST", "/api/secret", {{"old", "Premier-Mot-1"}, {"new", "Girofle-thym"}});
  CHECK(other.refused("GET", "/api/accounts") == "401 no_session");
  one.ok("GET", "/api/accounts");
}
