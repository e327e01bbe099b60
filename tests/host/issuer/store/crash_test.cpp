// kill -9, full disks, and disks that fail: what was accepted is never accepted again, and nothing is
// accepted that is not on the disk.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <chrono>
#include <random>

#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

// ---- a file system that fails from some write or sync on

int left_until_failure = -1;  // -1: never
int syncs = 0;

bool fails() {
  if (left_until_failure < 0) return false;
  if (left_until_failure > 0) --left_until_failure;
  return left_until_failure == 0;
}

struct FailingFile {
  sqlite3_file base{};
  sqlite3_io_methods methods{};
  // The real file follows.
};
sqlite3_vfs* real_vfs() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}
sqlite3_file* inside(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(FailingFile));
}

int open_failing(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* failing = new (file) FailingFile;
  const int result = real_vfs()->xOpen(real_vfs(), name, inside(file), flags, out_flags);
  if (inside(file)->pMethods == nullptr) return result;
  failing->methods = {
      3,
      [](sqlite3_file* f) { return inside(f)->pMethods->xClose(inside(f)); },
      [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
        return inside(f)->pMethods->xRead(inside(f), to, n, at);
      },
      [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
        return fails() ? SQLITE_FULL : inside(f)->pMethods->xWrite(inside(f), from, n, at);
      },
      [](sqlite3_file* f, sqlite3_int64 n) { return inside(f)->pMethods->xTruncate(inside(f), n); },
      [](sqlite3_file* f, int how) {
        ++syncs;
        return fails() ? SQLITE_IOERR_FSYNC : inside(f)->pMethods->xSync(inside(f), how);
      },
      [](sqlite3_file* f, sqlite3_int64* n) { return inside(f)->pMethods->xFileSize(inside(f), n); },
      [](sqlite3_file* f, int how) { return inside(f)->pMethods->xLock(inside(f), how); },
      [](sqlite3_file* f, int how) { return inside(f)->pMethods->xUnlock(inside(f), how); },
      [](sqlite3_file* f, int* out) { return inside(f)->pMethods->xCheckReservedLock(inside(f), out); },
      [](sqlite3_file* f, int op, void* data) {
        return inside(f)->pMethods->xFileControl(inside(f), op, data);
      },
      [](sqlite3_file* f) { return inside(f)->pMethods->xSectorSize(inside(f)); },
      [](sqlite3_file* f) { return inside(f)->pMethods->xDeviceCharacteristics(inside(f)); },
      [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return inside(f)->pMethods->xShmMap(inside(f), page, size, extend, out);
      },
      [](sqlite3_file* f, int offset, int n, int flags_) {
        return inside(f)->pMethods->xShmLock(inside(f), offset, n, flags_);
      },
      [](sqlite3_file* f) { inside(f)->pMethods->xShmBarrier(inside(f)); },
      [](sqlite3_file* f, int remove) { return inside(f)->pMethods->xShmUnmap(inside(f), remove); },
      nullptr,
      nullptr};
  failing->methods.iVersion = 2;
  failing->base.pMethods = &failing->methods;
  return result;
}

const char* failing_vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *real_vfs();
    made.zName = "failing";
    made.szOsFile += static_cast<int>(sizeof(FailingFile));
    made.xOpen = open_failing;
    made.pNext = nullptr;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  REQUIRE(registered == SQLITE_OK);
  return "failing";
}

TEST_CASE("where the disk fails at any write or sync, nothing is accepted that is not on it", "[sqlite]") {
  IssuerWithStore setup;
  Codes codes;
  std::uint16_t atc = 1;
  int refused = 0, accepted = 0;
  for (int failure = 1; failure <= 32; ++failure) {
    const Submission submission = codes.good(atc);
    bool said = false;
    {
      SqliteStore store(setup.name(), SqliteStore::Open::existing, failing_vfs());
      Registry registry(store, root_key(), random_numbers());
      left_until_failure = failure;
      try {
        said = registry.verify(setup.card(), submission, 1).accepted;
      } catch (const Failure& broken) {
        CHECK(broken.kind() == Failure::environment);
      }
      left_until_failure = -1;
    }
    setup.reopen();
    CAPTURE(failure, atc, said);
    // What was accepted stays so. What was not may be on the disk all the same: then it is used up.
    const std::uint16_t last = setup.registry().show(setup.card()).last_atc;
    if (said) CHECK(last == atc);
    (said ? accepted : refused) += 1;
    CHECK_FALSE((said && setup.registry().verify(setup.card(), submission, 1).accepted));
    CHECK(setup.registry().verify_audit().broken_at == 0);
    setup.registry().unblock(setup.card(), 1);
    ++atc;
    setup.registry().set_last_atc(setup.card(),
                                  std::max<std::uint16_t>(last, static_cast<std::uint16_t>(atc - 1)), 1);
  }
  CHECK(refused > 5);
  CHECK(accepted > 3);
}

TEST_CASE("a full disk refuses, and a try that was counted stays counted", "[sqlite]") {
  IssuerWithStore setup;
  Codes codes;
  {
    SqliteStore store(setup.name(), SqliteStore::Open::existing, failing_vfs());
    Registry registry(store, root_key(), random_numbers());
    CHECK_FALSE(registry.verify(setup.card(), codes.wrong(1), 1).accepted);
    left_until_failure = 1;
    CHECK_THROWS_AS(registry.verify(setup.card(), codes.good(1), 1), Failure);
    left_until_failure = -1;
  }
  setup.reopen();
  CHECK(setup.registry().show(setup.card()).tries_left == 2);
  CHECK(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
}

// ---- syncs, and a loss of power

TEST_CASE("an acceptance takes one sync of the disk, and whatever is refused takes two", "[sqlite]") {
  IssuerWithStore setup;
  Codes codes;
  SqliteStore store(setup.name(), SqliteStore::Open::existing, failing_vfs());
  Registry registry(store, root_key(), random_numbers());
  const auto syncs_of = [&](CardId card, const Submission& submission) {
    syncs = 0;
    registry.verify(card, submission, 1);
    return syncs;
  };
  registry.verify(setup.card(), codes.good(1), 1);
  CHECK(syncs_of(setup.card(), codes.good(2)) == 1);
  CHECK(syncs_of(setup.card(), codes.good(3)) == 1);
  CHECK(syncs_of(setup.card(), codes.good(3)) == 2);   // replayed
  CHECK(syncs_of(setup.card(), codes.good(4)) == 2);   // good, after a failure
  CHECK(syncs_of(setup.card(), codes.wrong(5)) == 2);  // wrong
  CHECK(syncs_of(setup.card(), codes.good(90)) == 2);  // out of the window
  CHECK(syncs_of(4711, codes.good(5)) == 2);           // unknown
  CHECK(syncs_of(setup.card(), with(of(Mode::identify), "99999999")) == 2);
  registry.suspend(setup.card(), 1);
  CHECK(syncs_of(setup.card(), codes.good(5)) == 2);
}

TEST_CASE("after a loss of power the try that was counted in advance is one that failed") {
  IssuerWithStore setup;
  Codes codes;
  setup.reopen("before");
  CHECK(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
  CHECK(setup.registry().show(setup.card()).tries_left == 3);
  setup.reopen("after");
  CHECK(setup.registry().show(setup.card()).tries_left == 2);
  CHECK(setup.registry().verify(setup.card(), codes.wrong(2), 1).tries_left == 1);
  CHECK(setup.registry().verify(setup.card(), codes.good(2), 1).accepted);
  CHECK(setup.registry().show(setup.card()).tries_left == 3);
  for (int i = 0; i < 5; ++i) setup.registry().verify(setup.card(), codes.wrong(3), 1);
  CHECK(setup.events("tried") == 1 + 1 + 1 + 3);
  CHECK(setup.registry().show(setup.card()).state == CardState::blocked);
}

TEST_CASE("where a loss of power cannot be told no try is counted in advance") {
  IssuerWithStore setup;
  Codes codes;
  setup.reopen("");
  for (std::uint16_t atc = 1; atc < 4; ++atc) {
    CHECK(setup.registry().verify(setup.card(), codes.good(atc), 1).accepted);
  }
  setup.reopen("after");
  CHECK(setup.registry().show(setup.card()).tries_left == 3);
}

// ---- kill -9

TEST_CASE("a verifier that is killed at any instant accepts nothing twice and gives no try back") {
  IssuerWithStore setup;
  Codes codes;
  // Each round is over a little after some of its acceptances were told.
  const int rounds = on_postgresql() ? 20 : 200;
  constexpr int kEach = 4;
  std::vector<Submission> all;
  for (int atc = 1; atc <= rounds * kEach; ++atc) all.push_back(codes.good(static_cast<std::uint16_t>(atc)));
  std::mt19937 random(5);
  std::uint16_t next = 1;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      try {
        const auto store = open_store(setup.name(), Store::Open::existing);
        Registry registry(*store, root_key(), random_numbers());
        for (std::uint16_t atc = next; atc < next + kEach; ++atc) {
          if (!registry.verify(setup.card(), all[atc - 1U], 1).accepted) continue;
          if (::write(ends[1], &atc, sizeof atc) != sizeof atc) ::_exit(1);
        }
      } catch (const std::exception&) {
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    std::uint16_t told = 0;
    const auto hear = [&] { return ::read(ends[0], &told, sizeof told) == sizeof told; };
    for (auto count = random() % kEach; count > 0 && hear(); --count) {
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 3000);
    while (std::chrono::steady_clock::now() < until) {
    }
    ::kill(child, SIGKILL);
    while (hear()) {
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);

    setup.reopen();
    const CardInfo card = setup.registry().show(setup.card());
    CAPTURE(round, next, told, card.last_atc);
    CHECK(card.last_atc >= told);  // nothing that was told is lost
    CHECK(card.last_atc <=
          std::max(told, static_cast<std::uint16_t>(next - 1)) + 1);  // the one that was under way
    CHECK_FALSE(card.tampered);
    if (told != 0) CHECK_FALSE(setup.registry().verify(setup.card(), all[told - 1U], 1).accepted);
    setup.registry().unblock(setup.card(), 1);
    next = static_cast<std::uint16_t>(card.last_atc + 1);
  }
  CHECK(next > rounds);
  const AuditCheck check = setup.registry().verify_audit();
  CHECK(check.broken_at == 0);
  CHECK(check.tampered.empty());
}

}  // namespace
}  // namespace sesame::issuer
