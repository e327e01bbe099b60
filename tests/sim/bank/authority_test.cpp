// The certificates of the bank's test authority, as the command `openssl` reads them, and the files they are
// kept in.
#include "sim/bank/authority.hpp"

#include <catch2/catch.hpp>

#include <stdio.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/random.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::sim {
namespace {

using namespace std::chrono_literals;
using Time = Authority::Time;
using std::chrono::days;

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29}};

struct Place {
  test::TemporaryFolder folder;

  std::string file(const std::string& name) const { return folder.path() / name; }
  std::string content(const std::string& name) const { return test::content(file(name)); }
  Authority open(const std::vector<std::string>& names = {}, Time now = kNow) const {
    return Authority(folder.path(), names, now, io::system_random);
  }
};

// What a command prints on both outputs; "failed: " before it where it does.
std::string run(const std::string& command) {
  std::string out;
  FILE* const pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char some[4'096];
  while (const std::size_t count = ::fread(some, 1, sizeof some, pipe)) out.append(some, count);
  return (::pclose(pipe) == 0 ? "" : "failed: ") + out;
}

std::string text_of(const Place& place, const std::string& name) {
  return run("openssl x509 -noout -text -in " + place.file(name));
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string seconds(Time time) { return std::to_string(time.time_since_epoch().count()); }

// `openssl verify` at a time, for a purpose.
std::string verified(const Place& place, const std::string& name, const std::string& purpose, Time time) {
  return run("openssl verify -x509_strict -CAfile " + place.file("authority.pem") + " -purpose " + purpose +
             " -attime " + seconds(time) + " " + place.file(name));
}

std::string certificate_of(const Place& place, const Authority::Enrolment& enrolment,
                           const std::string& pin) {
  const std::string p12 = place.file("client.p12"), pem = place.file("client.pem");
  io::replace_file(p12, enrolment.pkcs12);
  const std::string outcome =
      run("openssl pkcs12 -in " + p12 + " -passin pass:" + pin + " -nodes -out " + pem);
  REQUIRE(outcome.empty());
  return "client.pem";
}

}  // namespace

TEST_CASE("the authority is a test authority's, for certificates of those that vouch for nobody") {
  const Place place;
  const Authority authority = place.open();
  const std::string text = text_of(place, "authority.pem");
  for (const char* part : {"Version: 3", "ecdsa-with-SHA256", "NIST CURVE: P-256",
                           "CN = Sesame TEST authority ", "O = \"Simulator, for tests alone\"",
                           "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0",
                           "X509v3 Key Usage: critical\n                Certificate Sign\n",
                           "Not Before: Nov 28 23:00:00 2026 GMT", "Not After : Nov 26 00:00:00 2036 GMT",
                           "X509v3 Subject Key Identifier"}) {
    INFO(part << " in " << text);
    CHECK(has(text, part));
  }
  CHECK(place.content("authority.pem") == authority.certificate());
}

TEST_CASE("the site's certificate is for all of its names, for servers, and for at most 398 days") {
  const Place place;
  const Authority authority =
      place.open({"Bank.example", "192.0.2.7", "2001:DB8:0::7", "my_host", "localhost", "::", "0.0.0.0"});
  CHECK(authority.site_certificate() == place.content("site.pem"));
  const std::string text = text_of(place, "site.pem");
  for (const char* part :
       {"CA:FALSE", "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Extended Key Usage: \n                TLS Web Server Authentication\n",
        "DNS:bank.example, DNS:localhost, DNS:my_host, IP Address:127.0.0.1, IP Address:192.0.2.7, IP "
        "Address:2001:DB8:0:0:0:0:0:7, IP Address:0:0:0:0:0:0:0:1\n"}) {
    INFO(part << " in " << text);
    CHECK(has(text, part));
  }
  CHECK(verified(place, "site.pem", "sslserver", kNow) == place.file("site.pem") + ": OK\n");
  CHECK(has(verified(place, "site.pem", "sslclient", kNow), "failed: "));
  CHECK(verified(place, "site.pem", "sslserver", kNow + days(396)) == place.file("site.pem") + ": OK\n");
  CHECK(has(verified(place, "site.pem", "sslserver", kNow + days(398)), "certificate has expired"));
}

TEST_CASE("a customer's certificate is for clients, and says who it is and what the bank remembers of it") {
  const Place place;
  const Authority authority = place.open();
  const Authority::Enrolment one = authority.enrol("Zoé d'Été", "1234", kNow);
  const std::string file = certificate_of(place, one, "1234"), text = text_of(place, file);
  CHECK(verified(place, file, "sslclient", kNow) == place.file(file) + ": OK\n");
  CHECK(has(verified(place, file, "sslserver", kNow), "failed: "));
  CHECK(verified(place, file, "sslclient", one.until - 1s) == place.file(file) + ": OK\n");
  CHECK(has(verified(place, file, "sslclient", one.until + 1s), "certificate has expired"));
  CHECK(one.until == kNow + Authority::kClientLife);
  CHECK(has(text, "TLS Web Client Authentication"));
  CHECK(has(text, "CA:FALSE"));
  const std::string path = place.file(file);
  CHECK(one.certificate.common_name == "Zoé d'Été");
  CHECK(run("openssl x509 -noout -subject -nameopt multiline,utf8,-esc_msb -in " + path +
            " | grep -o 'Zo.*'") == "Zoé d'Été\n");
  CHECK(run("openssl x509 -noout -serial -in " + path) == "serial=" + one.certificate.serial + "\n");
  CHECK(run("openssl x509 -outform DER -in " + path + " | sha256sum | tr a-f A-F | cut -c 1-64") ==
        one.certificate.sha256 + "\n");
  const Authority::Enrolment another = authority.enrol("Zoé d'Été", "1234", kNow);
  CHECK(another.certificate.serial != one.certificate.serial);
  CHECK(another.certificate.sha256 != one.certificate.sha256);
}

TEST_CASE("a customer's file opens with its PIN and with no other, and is hard to guess at") {
  const Place place;
  const Authority::Enrolment enrolment = place.open().enrol("Alice", "271828", kNow);
  const std::string file = place.file("alice.p12");
  io::create_file(file, enrolment.pkcs12);
  const auto opened = [&](const std::string& pin, const std::string& options = "-noout") {
    return run("openssl pkcs12 -in " + file + " -passin pass:" + pin + " " + options);
  };
  CHECK(opened("271828").empty());
  for (const char* pin : {"271829", "27182", ""}) CHECK(has(opened(pin), "invalid password"));
  const std::string info = opened("271828", "-info -noout");
  CHECK(has(info, "MAC: sha256, Iteration 100000\n"));
  CHECK(has(info, "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256\n"));
  CHECK(
      has(info, "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256\n"));
  CHECK(has(opened("271828", "-nodes"), "BEGIN PRIVATE KEY"));
}

TEST_CASE("what cannot be a certificate's is refused, and nothing is kept") {
  const Place place;
  for (const char* name :
       {"", "a b", "-x", "x-", "a..b", "*.example", "a,DNS:evil", "exämple", "fe80::1%eth0", "a\n"}) {
    INFO(name);
    CHECK_THROWS_AS(place.open({name}), Failure);
  }
  CHECK_THROWS_AS(place.open({std::string(64, 'a')}), Failure);
  CHECK_THROWS_AS(place.open({std::string(254, 'a')}), Failure);
  CHECK(std::filesystem::is_empty(place.folder.path()));
  const Authority authority = place.open();
  CHECK_THROWS_AS(authority.enrol("", "1234", kNow), Failure);
  CHECK_THROWS_AS(authority.enrol(std::string(65, 'a'), "1234", kNow), Failure);
  CHECK_THROWS_AS(authority.enrol("\xFF", "1234", kNow), Failure);
  CHECK_THROWS_AS(authority.enrol("Alice", "", kNow), Failure);
  CHECK_THROWS_AS(authority.enrol("Alice", std::string("1\0002", 3), kNow), Failure);
}

// ---- files

TEST_CASE("keys are in files of the owner's alone, and all is there again at the next start") {
  const Place place;
  std::string site;
  {
    const Authority first = place.open({"bank.example"});
    site = first.site_certificate();
    for (const char* name : {"authority.pem", "authority-key.pem", "site.pem", "site-key.pem"}) {
      struct stat about {};
      REQUIRE(::stat(place.file(name).c_str(), &about) == 0);
      CHECK((about.st_mode & 0777) == 0600);
    }
  }
  const auto count = std::distance(std::filesystem::directory_iterator(place.folder.path()), {});
  CHECK(count == 4);
  const std::string authority = place.content("authority.pem"), key = place.content("authority-key.pem");
  const Authority again = place.open({"bank.example"}, kNow + days(300));
  CHECK(again.certificate() == authority);
  CHECK(again.site_certificate() == site);
  CHECK(place.content("site-key.pem") == again.site_key().view());
  CHECK(place.content("authority-key.pem") == key);
  // Who is enrolled later is vouched for by the same.
  const std::string file = certificate_of(place, again.enrol("Alice", "1", kNow), "1");
  CHECK(verified(place, file, "sslclient", kNow) == place.file(file) + ": OK\n");
}

TEST_CASE(
    "the site's certificate is made anew for other names, before its end, and where it is damaged or "
    "another's") {
  using Row = std::tuple<const char*, std::vector<std::string>, Time, std::string>;
  for (const auto& [what, names, now, damage] : std::vector<Row>{
           {"another name", {"other.example"}, kNow, ""},
           {"a name more", {"bank.example", "other.example"}, kNow, ""},
           {"a name less", {}, kNow, ""},
           {"its end comes", {"bank.example"}, kNow + days(368), ""},
           {"its end has come", {"bank.example"}, kNow + days(500), ""},
           {"it is not good yet", {"bank.example"}, kNow - days(1), ""},
           {"no certificate", {"bank.example"}, kNow, "rm site.pem"},
           {"no key", {"bank.example"}, kNow, "rm site-key.pem"},
           {"half a certificate", {"bank.example"}, kNow, "truncate -s 100 site.pem"},
           {"another key", {"bank.example"}, kNow, "cp authority-key.pem site-key.pem"},
           {"another's certificate",
            {"bank.example"},
            kNow,
            "cp authority.pem site.pem; cp authority-key.pem site-key.pem"},
           {"a key that others may read", {"bank.example"}, kNow, "chmod 644 site-key.pem"},
           {"a file that a crash left", {"other.example"}, kNow, "touch site-key.pem.new"},
       }) {
    INFO(what);
    const Place place;
    const std::string before = place.open({"bank.example"}).site_certificate();
    CHECK(run("cd " + place.folder.path().string() + "; " + (damage.empty() ? ":" : damage)).empty());
    const Authority after = place.open(names, now);
    CHECK(after.site_certificate() != before);
    CHECK(after.site_certificate() == place.content("site.pem"));
    CHECK(after.site_key().view() == place.content("site-key.pem"));
    CHECK(verified(place, "site.pem", "sslserver", now) == place.file("site.pem") + ": OK\n");
    CHECK(place.open(names, now).site_certificate() == after.site_certificate());
  }
}

TEST_CASE("an authority that is over is made anew with its site; one that is damaged is not replaced") {
  const Place place;
  const std::string before = place.open().certificate();
  const Authority after = place.open({}, kNow + Authority::kLife);
  CHECK(after.certificate() != before);
  CHECK(verified(place, "site.pem", "sslserver", kNow + Authority::kLife) ==
        place.file("site.pem") + ": OK\n");
  using Row = std::pair<const char*, std::string>;
  for (const auto& [damage, expected] : std::vector<Row>{
           {"cp site-key.pem authority-key.pem",
            "FOLDER/authority-key.pem: not the key of FOLDER/authority.pem; without both files new ones are "
            "made"},
           {"truncate -s 50 authority-key.pem", "FOLDER/authority-key.pem: no key in PEM without a password"},
           {"truncate -s 100 authority.pem", "FOLDER/authority.pem: no certificate in PEM"},
           {"chmod 640 authority-key.pem",
            "FOLDER/authority-key.pem: others may read this key; chmod 600 it, and think of who has"},
       }) {
    INFO(damage);
    const Place other;
    static_cast<void>(other.open());
    const std::string folder = other.folder.path();
    CHECK(run("cd " + folder + "; " + damage).empty());
    std::string line = expected;
    for (std::size_t at = 0; (at = line.find("FOLDER", at)) != std::string::npos;)
      line.replace(at, 6, folder);
    const std::string kept = other.content("authority.pem");
    CHECK_THROWS_WITH(other.open(), line);
    CHECK(other.content("authority.pem") == kept);
  }
}

TEST_CASE("nothing outlives its authority") {
  const Place place;
  static_cast<void>(place.open());
  const Time late = kNow + Authority::kLife - days(60);
  const Authority authority = place.open({}, late);
  CHECK(authority.enrol("Alice", "1", late).until == kNow + Authority::kLife);
  CHECK(verified(place, "site.pem", "sslserver", kNow + Authority::kLife - 1s) ==
        place.file("site.pem") + ": OK\n");
  CHECK(
      has(verified(place, "site.pem", "sslserver", kNow + Authority::kLife + 1s), "certificate has expired"));
}

TEST_CASE("the same random numbers give the same serial numbers, and no other thing that is secret") {
  const auto fixed = [](std::span<std::uint8_t> out) {
    std::fill(out.begin(), out.end(), std::uint8_t{0xA5});
  };
  const test::TemporaryFolder one, two;
  const Authority first(one.path(), {}, kNow, fixed), second(two.path(), {}, kNow, fixed);
  const auto a = first.enrol("Alice", "1", kNow), b = second.enrol("Alice", "1", kNow);
  CHECK(a.certificate.serial == b.certificate.serial);
  CHECK(a.certificate.serial == "65A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5");
  CHECK(first.site_key().view() != second.site_key().view());
}

}  // namespace sesame::sim
