// Whole reader sessions, from insertion to code, in virtual time, with an in-memory card; beside them the
// cryptography of such a session alone, and `sesame code` as a process. After the table, the ratios with
// their targets: printed, never asserted.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/keys/derivation.hpp"
#include "host/keys/mac.hpp"
#include "host/profile/reader_file.hpp"
#include "host/reader/native_reader.hpp"
#include "host/state/counters.hpp"
#include "tests/bench/openssl_time.hpp"

namespace {

using namespace sesame;

constexpr const char* kCards[] = {"sesame-card", "bank-card", "aes-card", "belgian-card"};

// A reader and a card that make one code after the other. The ATC starts anew before it runs out.
class CodeMaker {
 public:
  explicit CodeMaker(const std::string& card) : personalization_(card::load_card(card)) { fresh_card(); }

  void session() {
    NativeReader reader(profile_.profile(), *card_);
    reader.insert();
    reader.press(function_key(0));
    for (const char digit : personalization_.pin.view()) reader.press(digit_key(digit));
    reader.press(Key::ok);
    if (reader.reader().state() != State::code) std::abort();
    benchmark::DoNotOptimize(reader.reader().screen());
    if (++sessions_ == 60'000) fresh_card();
  }

 private:
  void fresh_card() {
    sessions_ = 0;
    card_.reset();
    store_.emplace();
    card_.emplace(personalization_, *store_);
  }

  profile::LoadedReader profile_ = profile::load_reader("sesame");
  card::Personalization personalization_;
  std::optional<state::EphemeralStore> store_;
  std::optional<card::VirtualCard> card_;
  int sessions_ = 0;
};

void session(benchmark::State& state, const std::string& card) {
  CodeMaker maker(card);
  for (auto _ : state) maker.session();
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

// One session key and two MACs over as many bytes as the card's: what no card could do without.
void cryptography(benchmark::State& state, const std::string& name) {
  const card::Personalization card = card::load_card(name);
  const auto& rules = card.applications.front().cryptogram;
  const auto& scheme = keys::rules(rules.scheme);
  keys::SessionKeys session_keys(scheme.session_key, rules.master_key, rules.tree);
  const std::array<std::uint8_t, 40> input{};
  std::uint16_t atc = 0;
  for (auto _ : state) {
    keys::MacKey key(scheme.mac, session_keys.derive(++atc));
    benchmark::DoNotOptimize(key.mac(input, scheme.padding));
    benchmark::DoNotOptimize(key.mac(input, scheme.padding));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void process(benchmark::State& state) {
  std::string folder = "/tmp/sesame-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) std::abort();
  ::setenv("XDG_STATE_HOME", folder.c_str(), 1);
  rusage before{}, after{};
  ::getrusage(RUSAGE_CHILDREN, &before);
  for (auto _ : state) {
    if (std::system(SESAME_BINARY " code --pin 1234 >/dev/null") != 0) std::abort();
  }
  ::getrusage(RUSAGE_CHILDREN, &after);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  const double cpu =
      seconds(after.ru_utime) - seconds(before.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_stime);
  state.counters["cpu_ms"] = 1e3 * cpu / static_cast<double>(state.iterations());
  if (std::system(("rm -r " + folder).c_str()) != 0) std::abort();
}

// Keeps the table as it is, and remembers what the summary needs.
class Reporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const std::string name = run.benchmark_name();
      nanoseconds[name.substr(0, name.find("/iter"))] = run.GetAdjustedCPUTime();
      if (run.counters.count("cpu_ms") != 0) process_cpu_ms = run.counters.at("cpu_ms").value;
    }
    ConsoleReporter::ReportRuns(runs);
  }
  std::map<std::string, double> nanoseconds;
  double process_cpu_ms = 0;
};

// Of the time of many sessions, measured in one go, without what the measuring itself costs.
double openssl_share(const std::string& card) {
  CodeMaker maker(card);
  constexpr int kSessions = 20'000;
  maker.session();
  const double overhead = bench::overhead_nanoseconds();
  bench::measure_openssl(true);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kSessions; ++i) maker.session();
  const std::chrono::duration<double, std::nano> all = std::chrono::steady_clock::now() - start;
  const auto calls = static_cast<double>(bench::openssl_calls());
  const auto inside = static_cast<double>(bench::openssl_nanoseconds());
  bench::measure_openssl(false);
  return (inside - overhead * calls) / (all.count() - 2 * overhead * calls);
}

}  // namespace

int main(int argc, char** argv) {
  for (const char* card : kCards) {
    benchmark::RegisterBenchmark(("session/" + std::string(card)).c_str(), session, card);
    benchmark::RegisterBenchmark(("cryptography/" + std::string(card)).c_str(), cryptography, card);
  }
  benchmark::RegisterBenchmark("sesame_code_process", process)
      ->Iterations(100)
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);

  std::printf("\n%-14s %14s %18s %22s %16s\n", "card", "sessions/s", "cryptography/s", "session/cryptography",
              "inside OpenSSL");
  for (const char* card : kCards) {
    const double session_ns = reporter.nanoseconds["session/" + std::string(card)];
    const double crypto_ns = reporter.nanoseconds["cryptography/" + std::string(card)];
    if (session_ns == 0 || crypto_ns == 0) continue;
    std::printf("%-14s %14.0f %18.0f %21.2fx %15.0f%%\n", card, 1e9 / session_ns, 1e9 / crypto_ns,
                session_ns / crypto_ns, 100 * openssl_share(card));
  }
  std::printf("target                                           at most 2.00x\n\n");
  if (reporter.process_cpu_ms > 0) {
    std::printf("sesame code, a process: %.1f ms of CPU (target: at most 20 ms)\n", reporter.process_cpu_ms);
  }
}
