// Many at once, in threads and in processes: one code is accepted once, and wrong ones are compared three
// times.
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

constexpr int kProcesses = 8, kThreads = 8;

// Each in a thread of a process of its own; how many were accepted.
int accepted_of_64(IssuerWithStore& setup, const Submission& submission) {
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    std::atomic<int> accepted = 0;
    try {
      const auto store = open_store(setup.name(), Store::Open::existing);
      Registry registry(*store, root_key(), random_numbers(static_cast<unsigned>(i)));
      std::vector<std::thread> threads;
      for (int j = 0; j < kThreads; ++j) {
        threads.emplace_back(
            [&] { accepted += registry.verify(setup.card(), submission, 1).accepted ? 1 : 0; });
      }
      for (std::thread& thread : threads) thread.join();
    } catch (const std::exception& error) {
      ::dprintf(2, "%s\n", error.what());
      ::_exit(100);
    }
    ::_exit(accepted);
  }
  int all = 0;
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    all += WEXITSTATUS(status);
  }
  return all;
}

TEST_CASE("of 64 submissions of one code at once, in 8 processes, one is accepted") {
  IssuerWithStore setup;
  Codes codes;
  for (std::uint16_t atc = 1; atc <= 3; ++atc) {
    CHECK(accepted_of_64(setup, codes.good(atc)) == 1);
    setup.reopen();
    CHECK(setup.registry().show(setup.card()).last_atc == atc);
    setup.registry().unblock(setup.card(), 1);  // who came too late is a failure, too
  }
  CHECK(setup.registry().verify_audit().broken_at == 0);
}

TEST_CASE("of 64 wrong codes at once, in 8 processes, three are compared, and then the card is blocked") {
  IssuerWithStore setup;
  Codes codes;
  CHECK(accepted_of_64(setup, codes.wrong(1)) == 0);
  setup.reopen();
  CHECK(setup.events("tried") == 3);
  CHECK(setup.registry().show(setup.card()).state == CardState::blocked);
  CHECK(accepted_of_64(setup, codes.good(1)) == 0);
  CHECK(setup.events("tried") == 3);
  CHECK(setup.registry().verify_audit().broken_at == 0);
  CHECK(setup.registry().verify_audit().tampered.empty());
}

}  // namespace
}  // namespace sesame::issuer
