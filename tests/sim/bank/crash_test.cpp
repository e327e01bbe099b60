// A process that is killed while it transfers.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/http/json_body.hpp"
#include "tests/sim/bank/site.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

namespace {

constexpr Cents kBegin = 100'000;

// A bank in files, as `sesame bank` has it.
struct InFiles {
  // `number`: each draws its own random numbers.
  InFiles(const std::string& folder, bool is_new, std::uint64_t number)
      : random(seeded_random(number)),
        key(std::span<const std::uint8_t, 32>(kKey)),
        store(folder + "/issuer.db",
              is_new ? issuer::SqliteStore::Open::make : issuer::SqliteStore::Open::existing),
        database(open_bank(folder + "/bank.db", Database::Sync::full)) {
    if (is_new) issuer::Registry::found(store, key, random, kMorning);
    registry.emplace(store, key, random);
    bank.emplace(sesame::bank::Bank::Parts{*database, *registry, key, random}, Rules{});
  }

  static constexpr std::array<std::uint8_t, 32> kKey{1, 2, 3};
  Random random;
  keys::SealingKey key;
  issuer::SqliteStore store;
  std::unique_ptr<Database> database;
  std::optional<issuer::Registry> registry;
  std::optional<sesame::bank::Bank> bank;
};

struct Moved {
  Cents balance = 0;
  std::int64_t movements = 0, operations = 0;
};
Moved moved(InFiles& files) {
  return files.bank->with_tables([](Database& database) {
    Moved all;
    all.balance = accounts_of(database, 1).at(0).balance;
    sqlite::Query found = database.query("SELECT count(*), count(DISTINCT operation) FROM movements");
    found.step();
    all.movements = found.number(0);
    all.operations = found.number(1);
    return all;
  });
}

// Transfers a euro again and again, and says so each time, until it is killed.
[[noreturn]] void transfer_for_ever(const std::string& folder, const std::string& toml, std::uint64_t number,
                                    int told) {
  InFiles files(folder, false, number);
  issuer::test::CodeMaker maker(toml, issuer::test::kApplications[0]);
  const auto card = files.registry->find_customer("10002000/1").at(0);
  maker.next_atc(static_cast<std::uint16_t>(files.registry->show(card).last_atc + 1));
  Identifier who;
  who.site = Site::coopaccess;
  who.client_id = "10002000";
  who.user_number = "1";
  const std::string before = files.bank->new_token();
  const sesame::bank::View view = files.bank->log_in_by_code(before, who, maker.code({}), {}, kMorning);
  for (;;) {
    Wish wish;
    wish.kind = Kind::instant_transfer;
    wish.account = 1;
    wish.order = {{"Boulangerie", "FR1420041010050500013M02606"}, 100, "Pain"};
    const Begun begun = files.bank->begin(view.token, wish, kMorning);
    issuer::Submission asked;
    asked.mode = issuer::Mode::tds;
    for (const Input& input : begun.operation.inputs) asked.tds.push_back(input.value);
    files.bank->finish(view.token, begun.operation.id, maker.code(asked), kMorning);
    if (::write(told, "1", 1) != 1) ::_exit(1);
  }
}

}  // namespace

TEST_CASE("of a bank that is killed while it transfers, each transfer is done once or not at all") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = folder.path().string();
  std::string toml;
  {
    InFiles files(path, true, 0);
    json customers = seed();
    const sim::JsonBody body(customers.dump());
    Rules rules;
    rules.scrypt_cost = 4;
    const auto planted =
        plant(*files.bank, *files.registry, read_seed(body.root(), rules, files.random, kMorning), kMorning);
    toml = *planted.front().card_toml;
  }
  std::int64_t known = 0;
  std::mt19937 chance(3);
  for (int round = 0; round < 40; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      try {
        transfer_for_ever(path, toml, static_cast<std::uint64_t>(round + 1), ends[1]);
      } catch (...) {
        ::_exit(2);
      }
    }
    ::close(ends[1]);
    // It is killed wherever it is after so many of them, some time into the next.
    std::int64_t told = 0;
    char one = 0;
    for (const auto enough = static_cast<std::int64_t>(1 + chance() % 3); told < enough; ++told) {
      REQUIRE(::read(ends[0], &one, 1) == 1);
    }
    for (auto more = chance() % 2'000'000; more > 0; --more) chance();
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    while (::read(ends[0], &one, 1) == 1) ++told;
    ::close(ends[0]);

    InFiles files(path, false, 0);
    const Moved all = moved(files);
    CHECK(all.movements == all.operations);
    CHECK(all.balance == kBegin - 100 * all.movements);
    CHECK(all.movements >= known + told);
    CHECK(all.movements <= known + told + 1);
    known = all.movements;
  }
}
