// What a store in PostgreSQL does where its server, or the way there, fails; and what it says.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <functional>
#include <string>

#include "tests/host/issuer/store/cut_connection.hpp"
#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace sesame::issuer {
namespace {

using namespace test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using sesame::test::postgresql;
using sesame::test::PostgresqlServer;
using When = CutConnection::When;

// Whatever the environment says.
const int kOnPostgresql = ::setenv("SESAME_TEST_STORE", "postgresql", 1);

std::string sql(const IssuerWithStore& setup, const std::string& statements) {
  return PostgresqlServer::sql(setup.name(), "SET search_path=sesame_issuer; " + statements);
}

struct Said {
  std::string line;
  Failure::Kind kind = Failure::refused;
};

Said said(const std::function<void()>& act) {
  try {
    act();
  } catch (const Failure& failure) {
    INFO(failure.what());
    CHECK(std::string_view(failure.what()).find('\n') == std::string_view::npos);
    return {failure.what(), failure.kind()};
  }
  FAIL("it went well");
  return {};
}

Said opened(const std::string& url, Store::Open open = Store::Open::existing) {
  return said([&] { open_store(url, open); });
}

// ---- what it is called, and what is said

TEST_CASE("a URL is shown without its password, and one that is none is not shown at all") {
  CHECK(shown_store("postgresql://bank@db.example:5433/issuer") ==
        "postgresql://bank@db.example:5433/issuer");
  CHECK(shown_store("postgresql://bank:s3cret@db.example/issuer") ==
        "postgresql://bank:***@db.example/issuer");
  CHECK(shown_store("postgres://b:s3%2Fcret?@db/x") == "postgres://b:***@db/x");
  CHECK(shown_store("postgresql://db/x?user=b&password=s3cret&sslpassword=s3cret") == "postgresql://db/x");
  CHECK(shown_store("postgresql://db?pass%77ord=s3cret") == "postgresql://db");
  CHECK(shown_store("/a/file?password=1") == "/a/file?password=1");
  for (const char* url :
       {"postgresql://bank:s3/cret@db.example/issuer", "postgresql://bank:s3@cret@db.example/issuer",
        "postgresql://bank:s3cret@db:54x3/issuer", "postgresql://bank:s3cret@db/issuer?nonsense=1",
        "postgresql://bank:%s3cret@db/issuer", "postgresql://[s3cret/issuer"}) {
    CAPTURE(url);
    const Said it = opened(url);
    CHECK(it.kind == Failure::invalid);
    CHECK_THAT(it.line, Contains("is no URL of PostgreSQL") && !Contains("s3") && !Contains("cret"));
  }
}

TEST_CASE(
    "a server that is not there, a database that is not there and a wrong password are the environment's") {
  const auto check = [](const std::string& url, const std::string& start, const std::string& words) {
    const Said it = opened(url);
    CAPTURE(url, it.line);
    CHECK(it.kind == Failure::environment);
    CHECK_THAT(it.line, StartsWith(start + ": ") && Contains(words) && !Contains("s3cret"));
  };
  check("postgresql://bank:s3cret@127.0.0.1:1/issuer", "postgresql://bank:***@127.0.0.1:1/issuer", "refused");
  check(postgresql().url("none"), postgresql().url("none"), "\"none\" does not exist");
}

TEST_CASE("a password comes from a file, and one that is missing or wrong is said without it") {
  PostgresqlServer& server = postgresql();
  const std::string url = server.guarded_url();  // of the user `guarded`, who needs one
  const Said missing = opened(url);
  CHECK(missing.kind == Failure::environment);
  CHECK_THAT(missing.line, Contains("no password supplied") && Contains("PGPASSFILE"));
  std::string with_wrong = url;
  with_wrong.insert(url.find('@'), ":s3cret");
  const Said wrong = opened(with_wrong);
  CHECK(wrong.kind == Failure::environment);
  CHECK_THAT(wrong.line,
             Contains("guarded:***@") && Contains("authentication failed") && !Contains("s3cret"));
  const sesame::test::TemporaryFolder folder;
  const std::string file = folder.write("passwords", "*:*:*:guarded:right\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  CHECK_THAT(opened(url + "?passfile=" + file).line, Contains("there is no store"));
}

TEST_CASE(
    "a database without a store, with one already, of another version or with a part of one is invalid") {
  const std::string url = postgresql().new_database();
  const auto check = [](const Said& it, const std::string& words) {
    CAPTURE(it.line);
    CHECK(it.kind == Failure::invalid);
    CHECK_THAT(it.line, Contains(words));
  };
  check(opened(url), "`sesame issuer init` makes one");
  open_store(url, Store::Open::make);
  check(opened(url, Store::Open::make), "is there already");
  PostgresqlServer::sql(url, "UPDATE sesame_issuer.version SET schema=2");
  check(opened(url), "is no store of this version");
  PostgresqlServer::sql(url, "UPDATE sesame_issuer.version SET schema=1; DROP TABLE sesame_issuer.meta");
  const auto store = open_store(url, Store::Open::existing);
  check(said([&] { Registry(*store, root_key(), random_numbers()); }), "is no store of this version");
}

TEST_CASE("a customer whose name is no text is refused") {
  IssuerWithStore setup;
  NewCard card = new_card("5413330000000027");
  card.customer = "\xFF";
  CHECK(said([&] { setup.registry().add({&card, 1}, 1); }).kind == Failure::invalid);
  card.customer = "Zo\xC3\xAB";
  const CardId id = setup.registry().add({&card, 1}, 1).at(0);
  CHECK(setup.registry().show(id).customer == card.customer);
}

// ---- what is committed, and how

TEST_CASE("what is accepted is committed with synchronous_commit, whatever the database has") {
  IssuerWithStore setup;
  Codes codes;
  PostgresqlServer::sql(setup.name(), "ALTER DATABASE " + setup.name().substr(setup.name().rfind('/') + 1) +
                                          " SET synchronous_commit=off");
  sql(setup, R"(
    CREATE TABLE seen (event TEXT, how TEXT);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO seen VALUES (NEW.event, current_setting('synchronous_commit')); RETURN NEW; END $$;
    CREATE TRIGGER see BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION see();)");
  setup.reopen();
  REQUIRE(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
  REQUIRE(setup.registry().verify(setup.card(), codes.good(2), 1).accepted);
  REQUIRE_FALSE(setup.registry().verify(setup.card(), codes.wrong(3), 1).accepted);
  REQUIRE_FALSE(setup.registry().verify(setup.card(), codes.wrong(3), 1).accepted);
  // A try that was counted before is taken without a sync: that it was taken is no news after a crash.
  CHECK(sql(setup, "SELECT string_agg(event || ' ' || how, ', ') FROM seen") ==
        "tried on, accepted on, tried off, accepted on, tried off, refused on, tried on, refused on");
}

TEST_CASE("what others have come in between is done again, and not for ever") {
  IssuerWithStore setup;
  Codes codes;
  sql(setup, R"(
    CREATE SEQUENCE calls;
    CREATE TABLE times (most BIGINT, state TEXT);
    INSERT INTO times VALUES (0, '40001');
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('sesame_issuer.calls') <= (SELECT most FROM sesame_issuer.times) THEN
          RAISE EXCEPTION USING ERRCODE = (SELECT state FROM sesame_issuer.times);
        END IF;
        RETURN NULL;
      END $$;)");
  const auto fails = [&](int times, const std::string& state, const std::string& when) {
    sql(setup, "ALTER SEQUENCE calls RESTART; UPDATE times SET most=" + std::to_string(times) + ", state='" +
                   state +
                   "'; SET client_min_messages=error; DROP TRIGGER IF EXISTS fail ON audit; CREATE "
                   "CONSTRAINT TRIGGER fail AFTER INSERT ON "
                   "audit DEFERRABLE "
                   "INITIALLY " +
                   when + " FOR EACH ROW EXECUTE FUNCTION fail()");
  };
  std::uint16_t atc = 0;
  for (const char* when : {"IMMEDIATE", "DEFERRED"}) {  // amid the transaction, and as it is committed
    for (const char* state : {"40001", "40P01"}) {
      CAPTURE(when, state);
      fails(3, state, when);
      CHECK(setup.registry().verify(setup.card(), codes.good(++atc), 1).accepted);
      fails(1000, state, when);
      const Said it = said([&] { setup.registry().verify(setup.card(), codes.good(atc + 1), 1); });
      CHECK(it.kind == Failure::environment);
      CHECK_THAT(it.line, Contains("others came in between 8 times in a row"));
      fails(0, state, when);
      CHECK(setup.registry().show(setup.card()).last_atc == atc);
    }
  }
  CHECK(setup.registry().verify_audit().broken_at == 0);
}

// ---- a connection that is lost

// An issuer at a socket between, and what becomes of one acceptance after the other.
class Cut {
 public:
  Cut() : between_(postgresql()), store_(between_.url(setup_.name()), Store::Open::existing) {
    registry_.emplace(store_, root_key(), random_numbers());
    REQUIRE(verify(next_).accepted);
  }

  IssuerWithStore& setup() { return setup_; }
  CutConnection& between() { return between_; }
  Registry& registry() { return *registry_; }
  Decision verify(std::uint16_t atc) { return registry_->verify(setup_.card(), codes_.good(atc), 1); }
  Codes& codes() { return codes_; }

  // False: the acceptance was over before that message.
  bool accept_with(int message, When when, const std::function<void()>& act) {
    const auto atc = static_cast<std::uint16_t>(next_ + 1);
    between_.at(message, when, act);
    bool accepted = false;
    try {
      accepted = verify(atc).accepted;
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::environment);
      CHECK_THAT(failure.what(), StartsWith("postgresql://"));
      CHECK(between_.has_acted());
    }
    const bool acted = between_.has_acted();
    between_.at(0, when, {});
    const std::uint16_t last = setup_.registry().show(setup_.card()).last_atc;  // by a way of its own
    CAPTURE(message, acted, accepted, last);
    CHECK((last == next_ || last == atc));
    if (accepted) CHECK(last == atc);
    recorded_unknown_ += !accepted && last == atc ? 1 : 0;
    // What was refused is good yet, where it was not recorded; by the same store as before.
    CHECK(verify(atc).accepted == (last != atc));
    next_ = atc;
    setup_.registry().unblock(setup_.card(), 1);
    return acted;
  }
  int recorded_unknown() const { return recorded_unknown_; }

 private:
  IssuerWithStore setup_;
  CutConnection between_;
  PostgresqlStore store_;
  std::optional<Registry> registry_;
  Codes codes_;
  std::uint16_t next_ = 1;
  int recorded_unknown_ = 0;
};

TEST_CASE("a connection that ends before any statement accepts nothing that is not recorded") {
  Cut cut;
  int message = 1;
  const auto end = [&] { postgresql().terminate_backends(cut.setup().name()); };
  while (cut.accept_with(message, When::before, end)) ++message;
  CHECK(message > 14);
  CHECK(cut.recorded_unknown() == 0);
  CHECK(cut.setup().registry().verify_audit().broken_at == 0);
  CHECK(cut.setup().registry().verify_audit().tampered.empty());
}

TEST_CASE("a server that is killed after any statement accepts nothing that is not recorded") {
  Cut cut;
  int message = 1;
  const auto kill = [&] { postgresql().kill_backends(cut.setup().name()); };
  while (cut.accept_with(message, When::after, kill)) ++message;
  CHECK(message > 14);
  CHECK(cut.recorded_unknown() == 1);  // whose commit was not answered
  CHECK(cut.setup().registry().verify_audit().broken_at == 0);
  CHECK(cut.setup().registry().verify_audit().tampered.empty());
}

TEST_CASE("failures stay counted, and a card blocked, where the server is killed") {
  Cut cut;
  for (int left = 2; left >= 0; --left) {
    CHECK_FALSE(cut.registry().verify(cut.setup().card(), cut.codes().wrong(9), 1).accepted);
    postgresql().kill();
    postgresql().start();
    cut.setup().reopen();
    CHECK(cut.setup().registry().show(cut.setup().card()).tries_left == left);
  }
  CHECK(cut.setup().registry().show(cut.setup().card()).state == CardState::blocked);
  CHECK(cut.verify(9).refusal == Refusal::blocked);
}

TEST_CASE("a server that was started again accepts the next code, and not the one before") {
  Cut cut;
  CHECK(cut.verify(2).accepted);
  postgresql().kill();
  const Said it = said([&] { cut.verify(3); });
  CHECK(it.kind == Failure::environment);
  CHECK_THAT(it.line, Contains("connection to server"));
  postgresql().start();
  CHECK_FALSE(cut.verify(2).accepted);
  CHECK(cut.verify(3).accepted);
}

TEST_CASE("what was visible alone is of an era that ends with a crash, and not with a connection") {
  IssuerWithStore setup;
  Codes codes;
  const auto tries_left = [&] {
    setup.reopen();
    return setup.registry().show(setup.card()).tries_left;
  };
  CHECK(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
  postgresql().terminate_backends(setup.name());
  CHECK(tries_left() == 3);
  postgresql().kill_backends(setup.name());
  CHECK(tries_left() == 2);  // that which was counted in advance may have been used
  CHECK(setup.registry().verify(setup.card(), codes.good(2), 1).accepted);
  CHECK(tries_left() == 3);
  postgresql().kill();
  postgresql().start();
  CHECK(tries_left() == 2);
}

}  // namespace
}  // namespace sesame::issuer
