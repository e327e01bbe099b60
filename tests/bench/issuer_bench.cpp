// How fast codes are judged, and how fast acceptances are on the disk, in both stores; beside what OpenSSL
// and the disk would do at best. Targets are printed, never asserted.
//
//   bench_issuer [FOLDER]     where the stores are made, and the server of one [the temporary folder]
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "host/card/file/card_file.hpp"
#include "host/io/random.hpp"
#include "host/issuer/file/card_file_record.hpp"
#include "host/issuer/judge.hpp"
#include "host/issuer/search.hpp"
#include "host/issuer/store/open_store.hpp"
#include "host/issuer/store/registry.hpp"
#include "host/keys/openssl.hpp"
#include "tests/support/postgresql_server.hpp"

namespace {

using namespace sesame;
using namespace sesame::issuer;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// As often as fits into half a second.
double per_second(const std::function<void()>& work) {
  std::size_t count = 0;
  const auto start = Clock::now();
  double passed = 0;
  while ((passed = seconds_since(start)) < 0.5) {
    for (int i = 0; i < 64; ++i) work();
    count += 64;
  }
  return static_cast<double>(count) / passed;
}

CardRecord record(std::string_view card, std::string_view mask, std::uint16_t window) {
  CardRecord made = record_of(card::load_card(card), 0);
  if (mask.empty()) return made;
  made.iaf = 0;
  made.rule = CodeRule::mask;
  made.mask.clear();
  for (std::size_t i = 0; i + 1 < mask.size(); i += 2) {
    made.mask.push_back(static_cast<std::uint8_t>(std::stoi(std::string(mask.substr(i, 2)), nullptr, 16)));
  }
  made.window = window;
  return made;
}

Submission code(std::string_view digits) {
  Submission made;
  made.code = SecretString(digits);
  return made;
}

// ---- the judgement

void print_blocks() {
  keys::Cipher cipher(keys::Algorithm::tdes_ecb, keys::Key{});
  std::array<std::uint8_t, 80> blocks{};
  const double many = 10 * per_second([&] { cipher.encrypt(blocks, blocks.data()); });
  std::printf(
      "triple DES by OpenSSL, ten blocks a call: %.2f million blocks a second; a tenth of that: %.0f\n\n",
      many / 1e6, many / 10);
}

void print_candidates() {
  std::printf("%-32s %14s %14s\n", "candidates a second and core", "rekeyed", "naive");
  for (const char* card : {"belgian-card", "bank-card", "aes-card", "sesame-card"}) {
    const CardRecord made = record(card, "", 10);
    const IssuerData data = *issuer_data(made, {});
    ExpectedAc expected(made);
    expected.expect({}, data, {});
    std::uint16_t atc = 0;
    const double rekeyed = per_second([&] { expected.at(++atc); });
    const double naive = per_second([&] {
      ExpectedAc fresh(made);
      fresh.expect({}, data, {});
      fresh.at(++atc);
    });
    std::printf("%-32s %14.0f %14.0f\n",
                (std::string(card) + ", " + std::string(keys::rules(made.scheme).name)).c_str(), rekeyed,
                naive);
  }
  std::printf("target: 250,000 with triple DES\n\n");
}

void print_verifications() {
  std::printf("%-32s %10s %10s %10s %10s\n", "verifications a second, window", "1", "16", "256", "4096");
  for (const auto& [name, mask] : {std::pair("8 bits of the ATC", "0000FF000000000000FFFF"),
                                   std::pair("none", "000000000000000000FFFF")}) {
    std::printf("%-32s", name);
    for (const std::uint16_t window :
         {std::uint16_t{1}, std::uint16_t{16}, std::uint16_t{256}, std::uint16_t{4096}}) {
      const CardRecord made = record("belgian-card", mask, window);
      const Submission submission = code("65432");
      Judge judge(made);
      std::size_t count = 0;
      const auto start = Clock::now();
      while (seconds_since(start) < 0.5) {
        judge.judge(submission, 100);
        ++count;
      }
      std::printf(" %10.0f", static_cast<double>(count) / seconds_since(start));
    }
    std::printf("\n");
  }
  std::printf("\n");
}

// ---- the disk

double appends(const std::filesystem::path& folder) {
  const std::string path = (folder / "appended").string();
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) std::abort();
  const std::array<char, 4096> page{};
  std::size_t count = 0;
  const auto start = Clock::now();
  while (seconds_since(start) < 2) {
    if (::write(file, page.data(), page.size()) < 0 || ::fdatasync(file) != 0) std::abort();
    ++count;
  }
  ::close(file);
  return static_cast<double>(count) / seconds_since(start);
}

struct Accepted {
  double a_second = 0;
  double p99 = 0;  // milliseconds
};

// Each client has a card of its own and hands in one good code after the other, made before. An acceptance is
// two transactions, of which the second is synced; those of clients that wait at the same time share them.
Accepted acceptances(const std::string& name, std::size_t clients, double a_second) {
  const auto made_store = open_store(name, Store::Open::make);
  Store& store = *made_store;
  std::array<std::uint8_t, keys::SealingKey::size> bytes{};
  const keys::SealingKey key{std::span<const std::uint8_t, keys::SealingKey::size>(bytes)};
  Registry::found(store, key, io::system_random, 0);
  Registry registry(store, key, io::system_random);
  const CardRecord made = record("belgian-card", "0000FF000000000000FFFF", 10);
  std::vector<NewCard> cards(clients);
  for (std::size_t i = 0; i < clients; ++i) {
    cards[i].pan = std::to_string(541333000000000 + i);
    cards[i].psn = "00";
    cards[i].policy.record = record("belgian-card", "0000FF000000000000FFFF", 10);
  }
  const auto ids = registry.add(cards, 0);
  constexpr std::size_t kMost = 4000;
  std::vector<Submission> codes;
  ExpectedAc expected(made);
  expected.expect({}, *issuer_data(made, {}), {});
  for (std::size_t atc = 1; atc <= kMost; ++atc) {
    const keys::Mac ac = expected.at(static_cast<std::uint16_t>(atc));
    codes.push_back(code(std::to_string((atc & 0xFF) << 16 | static_cast<unsigned>(ac[6] << 8 | ac[7]))));
  }
  std::vector<std::thread> threads;
  std::vector<std::vector<double>> times(clients);
  const auto start = Clock::now();
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      for (std::size_t n = 0; n < kMost && seconds_since(start) < 3; ++n) {
        if (a_second > 0) {
          const double due = static_cast<double>(n * clients + i) / a_second;
          std::this_thread::sleep_until(
              start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(due)));
        }
        const auto from = Clock::now();
        if (!registry.verify(ids[i], codes[n], 0).accepted) std::abort();
        times[i].push_back(1e3 * seconds_since(from));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double passed = seconds_since(start);
  std::vector<double> all;
  for (const auto& each : times) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  return {static_cast<double>(all.size()) / passed, all[all.size() * 99 / 100]};
}

void print_acceptances(const char* store, double limit, const std::function<std::string()>& new_store) {
  for (const std::size_t clients : {std::size_t{1}, std::size_t{16}, std::size_t{64}}) {
    const Accepted accepted = acceptances(new_store(), clients, 0);
    std::printf("%-10s acceptances a second, %2zu clients %10.0f  %.2fx, p99 %.1f ms\n", store, clients,
                accepted.a_second, accepted.a_second / limit, accepted.p99);
  }
  const Accepted steady = acceptances(new_store(), 8, 100);
  std::printf("%-10s at 100 a second                  %10.0f  p99 %.1f ms\n", store, steady.a_second,
              steady.p99);
}

}  // namespace

int main(int argc, char** argv) {
  print_blocks();
  print_candidates();
  print_verifications();
  const std::filesystem::path folder =
      (argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path()) /
      ("sesame-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const double limit = appends(folder);
  std::printf("%-45s %10.0f\n", "append and fdatasync a second", limit);
  int stores = 0;
  print_acceptances("SQLite", limit,
                    [&] { return (folder / ("store" + std::to_string(++stores))).string(); });
  {
    ::setenv("TMPDIR", folder.c_str(), 1);
    sesame::test::PostgresqlServer server(sesame::test::PostgresqlServer::Sync::on);
    print_acceptances("PostgreSQL", limit, [&] { return server.new_database(); });
  }
  std::printf("targets: SQLite 0.80x with one client, 4.00x with 16\n\n");
  std::filesystem::remove_all(folder);
}
