#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "host/pcsc/context.hpp"
#include "host/pcsc/errors.hpp"
#include "tests/pcscd/private_daemon.hpp"

namespace sesame::pcsc {

namespace {

// Every error code that the installed pcsclite.h defines, by its number: two names share one.
std::map<LONG, std::string> defined_codes() {
  std::ifstream in(PCSCLITE_H);
  const std::regex define(R"(^#define\s+(SCARD_[EWFP]_\w+)\s+\(\(LONG\)(0x[0-9A-Fa-f]+)\))");
  std::map<LONG, std::string> out;
  std::smatch found;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_search(line, found, define)) {
      out[static_cast<LONG>(std::stoul(found[2], nullptr, 16))] = found[1];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("every code of pcsclite.h has a sentence of its own, which says what and what to do") {
  const auto codes = defined_codes();
  REQUIRE(codes.size() > 50);
  std::set<std::string> sentences;
  for (const auto& [code, name] : codes) {
    const std::string sentence = failure(code, "READER").what();
    INFO(name << ": " << sentence);
    CHECK(sentence.find("PC/SC code") == std::string::npos);
    CHECK(sentence.find(": ") != std::string::npos);
    CHECK(sentence.find('\n') == std::string::npos);
    CHECK(sentence.find("{}") == std::string::npos);
    CHECK(sentences.insert(sentence).second);
  }
}

TEST_CASE("a sentence names the reader, or says that it is the reader") {
  CHECK(failure(SCARD_E_SHARING_VIOLATION, "Bench").what() ==
        std::string("reader Bench is in use by another program: close that program and try again"));
  CHECK(failure(SCARD_E_SHARING_VIOLATION).what() ==
        std::string("the reader is in use by another program: close that program and try again"));
}

TEST_CASE("an undefined code is given as a number") {
  CHECK(failure(0x80100999, "Bench").what() ==
        std::string("reader Bench failed with PC/SC code 0x80100999: plug it in again and try again"));
}

TEST_CASE("the kind of failure tells a card that refuses from a machine that is not ready") {
  const struct {
    LONG code;
    Failure::Kind kind;
  } table[] = {
      {SCARD_E_NO_SERVICE, Failure::environment},        {SCARD_E_NO_READERS_AVAILABLE, Failure::environment},
      {SCARD_E_NO_SMARTCARD, Failure::environment},      {SCARD_W_REMOVED_CARD, Failure::environment},
      {SCARD_E_SHARING_VIOLATION, Failure::environment}, {SCARD_E_PROTO_MISMATCH, Failure::environment},
      {SCARD_E_UNKNOWN_READER, Failure::environment},    {SCARD_W_UNRESPONSIVE_CARD, Failure::refused},
      {SCARD_W_UNPOWERED_CARD, Failure::refused},        {SCARD_W_UNSUPPORTED_CARD, Failure::refused},
  };
  for (const auto& row : table) {
    INFO(failure(row.code).what());
    CHECK(failure(row.code).kind() == row.kind);
  }
}

TEST_CASE("without a PC/SC service the sentence says what to start") {
  { const pcscd::PrivateDaemon gone({}); }
  try {
    const Context context;
    FAIL("there is a service");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::environment);
    CHECK(failure.what() ==
          std::string("no PC/SC service: install and start pcscd (systemctl start pcscd.socket)"));
  }
}

}  // namespace sesame::pcsc
