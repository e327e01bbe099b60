// HTTPS: who may come in, what a client can do to it, and that everything else is as without TLS. Also with
// clients that are not ours: `openssl s_client` and curl.
#include "sim/http/tls.hpp"

#include <catch2/catch.hpp>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <sys/wait.h>

#include <list>
#include <memory>
#include <thread>
#include <tuple>
#include <vector>

#include "host/base/failure.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/random.hpp"
#include "sim/bank/authority.hpp"
#include "sim/http/http_client.hpp"
#include "tests/sim/http/running.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::sim {
namespace {

using Time = Authority::Time;

Time today() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

struct Owned {
  std::string certificate;
  SecretString key;
};

// What of a customer's file a client of this test needs.
Owned opened(const Authority::Enrolment& enrolment, const char* pin) {
  const auto* at = reinterpret_cast<const unsigned char*>(enrolment.pkcs12.data());
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> file(
      d2i_PKCS12(nullptr, &at, static_cast<long>(enrolment.pkcs12.size())), PKCS12_free);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  REQUIRE(PKCS12_parse(file.get(), pin, &key, &certificate, nullptr) == 1);
  const auto text = [](auto write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
  };
  Owned owned{text([&](BIO* out) { PEM_write_bio_X509(out, certificate); }), SecretString(text([&](BIO* out) {
                PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
              }))};
  EVP_PKEY_free(key);
  X509_free(certificate);
  return owned;
}

// Two authorities, of which the site's is the first; made once.
struct World {
  test::TemporaryFolder here, elsewhere;
  Authority ours{here.path(), {}, today(), io::system_random};
  Authority other{elsewhere.path(), {}, today(), io::system_random};
  Authority::Enrolment alice = ours.enrol("Alice", "1234", today());

  static const World& get() {
    static const World world;
    return world;
  }
};

TlsServerSettings site(bool asks_for_certificates = false) {
  const Authority& ours = World::get().ours;
  return {ours.site_certificate(), SecretString(ours.site_key().view()),
          asks_for_certificates ? ours.certificate() : ""};
}

TlsContext client(const std::string& authority, Owned owned = {}) {
  return TlsContext(TlsClientSettings{authority, owned.certificate, std::move(owned.key)});
}
TlsContext client() { return client(World::get().ours.certificate()); }
TlsContext client(const Authority::Enrolment& enrolment) {
  return client(World::get().ours.certificate(), opened(enrolment, "1234"));
}

HttpLimits usual() { return {}; }

std::string echo(const std::string& body = "") {
  return Running::request("POST", "/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body;
}

// What a program prints on both outputs, and whether it said that all is well.
std::pair<std::string, bool> run(const std::string& command) {
  std::string out;
  FILE* const pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char some[4'096];
  while (const std::size_t count = ::fread(some, 1, sizeof some, pipe)) out.append(some, count);
  return {out, ::pclose(pipe) == 0};
}

std::string s_client(const Running& server, const std::string& options, const std::string& input = "") {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() / "input";
  io::create_file(file, input);
  return run("timeout 20 openssl s_client -connect 127.0.0.1:" + std::to_string(server.port()) + " " +
             options + " <" + file)
      .first;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

// ---- who comes in

TEST_CASE("a request comes by TLS as it does without, and nothing is known of its client") {
  const Running server(usual(), site());
  const auto tls = std::make_shared<const TlsContext>(client());
  for (const char* host : {"127.0.0.1", "localhost"}) {
    HttpClient http(host, server.port(), {}, tls);
    for (int i = 0; i < 3; ++i) CHECK(http.send("POST", "/echo", "{}").body == "POST {}");
    CHECK(http.send("GET", "/who", "").body.empty());
  }
}

TEST_CASE("of a client that must have a certificate the server knows the owner, with each request") {
  const Running server(usual(), site(true));
  const ClientCertificate& alice = World::get().alice.certificate;
  HttpClient http("127.0.0.1", server.port(), {},
                  std::make_shared<const TlsContext>(client(World::get().alice)));
  for (int i = 0; i < 3; ++i)
    CHECK(http.send("GET", "/who", "").body == "Alice " + alice.serial + " " + alice.sha256);
}

TEST_CASE("without a certificate of the authority, for clients and not over, nobody is served") {
  const World& world = World::get();
  const Time past = today() - Authority::kClientLife - std::chrono::days(1);
  const Time future = today() + std::chrono::days(1);
  const Running server(usual(), site(true));
  const auto authority = world.ours.certificate();
  using Row = std::pair<const char*, Owned>;
  std::vector<Row> rows;
  rows.emplace_back("none", Owned{});
  rows.emplace_back("another authority's", opened(world.other.enrol("Alice", "1", today()), "1"));
  rows.emplace_back("one that is over", opened(world.ours.enrol("Alice", "1", past), "1"));
  rows.emplace_back("one that is to come", opened(world.ours.enrol("Alice", "1", future), "1"));
  rows.emplace_back("the site's own, which is for servers",
                    Owned{world.ours.site_certificate(), SecretString(world.ours.site_key().view())});
  for (auto& [what, owned] : rows) {
    INFO(what);
    HttpClient http("127.0.0.1", server.port(), {},
                    std::make_shared<const TlsContext>(client(authority, std::move(owned))));
    CHECK_THROWS_AS(http.send("GET", "/who", ""), NoAnswer);
  }
  CHECK(server.shared.begun == 0);
}

TEST_CASE("a client believes no server of another authority, and none with another name") {
  const Running server(usual(), site());
  HttpClient http("127.0.0.1", server.port(), {},
                  std::make_shared<const TlsContext>(client(World::get().other.certificate())));
  CHECK_THROWS_WITH(http.send("GET", "/", ""),
                    Catch::StartsWith("no answer (its certificate is not believed: "));
  const TlsContext ours = client();
  CHECK_THROWS_WITH(Wire(server.port(), &ours, "example.org"), "no TLS: hostname mismatch");
  CHECK_THROWS_WITH(Wire(server.port(), &ours, "127.0.0.2"), "no TLS: IP address mismatch");
  CHECK(server.shared.begun == 0);
}

TEST_CASE("settings that are no PEM, or do not belong together, are refused in a line without them") {
  const World& world = World::get();
  using Row = std::tuple<const char*, std::string, std::string, std::string, const char*>;
  const std::string certificate = world.ours.site_certificate(), key(world.ours.site_key().view());
  for (const auto& [what, one, two, authority, expected] : std::vector<Row>{
           {"no certificate", "", key, "", "the certificate for TLS: no certificate in PEM"},
           {"half a certificate", certificate.substr(0, 200), key, "",
            "the certificate for TLS: no certificate in PEM"},
           {"one and a half", certificate + certificate.substr(0, 200), key, "",
            "the certificate for TLS: no certificate in PEM"},
           {"no key", certificate, certificate, "", "the key for TLS: no key in PEM without a password"},
           {"another key", certificate, std::string(world.other.site_key().view()), "",
            "the key for TLS is not that of its certificate, or either is too weak"},
           {"no authority", certificate, key, "x", "the authority for TLS: no certificate in PEM"},
       }) {
    INFO(what);
    try {
      const HttpServer server("127.0.0.1", 0, {}, TlsServerSettings{one, SecretString(two), authority});
      FAIL("they were taken");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::invalid);
      CHECK(failure.what() == std::string(expected));
    }
  }
}

// ---- what a client can do to it

TEST_CASE("a handshake that stalls is given up, however its bytes come, and keeps no other client waiting") {
  const Running server(with([](HttpLimits& limits) { limits.handshake = 150ms; }), site());
  CHECK(server.wire().ends());
  // A record of 16,384 bytes, and a byte of it now and then.
  Wire drip = server.wire(std::string("\x16\x03\x01\x40\x00", 5));
  const auto began = Clock::now();
  while (!drip.has_answer(5ms) && Clock::now() - began < 10s) {
    if (!drip.send(std::string(1, '\0'))) break;
  }
  CHECK(drip.ends());
  CHECK(Clock::now() - began < 10s);
}

TEST_CASE(
    "500 half handshakes take no thread each and keep no client out; beyond the bound the oldest makes "
    "room") {
  const Running server(with([](HttpLimits& limits) { limits.connections = 400; }), site());
  const TlsContext tls = client();
  {
    Wire first(server.port(), &tls);
    first.send(Running::request("GET", "/"));
    CHECK(first.receive().status == 200);
  }
  const std::size_t before = threads();
  std::list<Wire> half;
  for (int i = 0; i < 500; ++i)
    half.push_back(server.wire(i % 2 == 0 ? "" : std::string("\x16\x03\x01\x01\x00", 5)));
  for (int i = 0; i < 5; ++i) {
    Wire wire(server.port(), &tls);
    wire.send(Running::request("GET", "/"));
    CHECK(wire.receive().status == 200);
  }
  CHECK(threads() == before);
  CHECK(half.front().ends());
}

TEST_CASE("what is no TLS ends its connection, and nothing else") {
  const Running server(with([](HttpLimits& limits) { limits.handshake = 100ms; }), site());
  std::string hello("\x16\x03\x01\x00\x30\x01\x00\x00\x2c\x03\x03", 11);
  for (const std::string& bytes :
       {std::string("\0", 1), std::string(1'000, '\xFF'), hello + std::string(40, 'x'),
        std::string("\x80\x2e\x01\x00\x02", 5), std::string("\x15\x03\x01\x00\x02\x02\x28", 7),
        std::string("\x17\x03\x03\x00\x05hello", 10), std::string("get /\r\n\r\n"),
        std::string("\x16\x03\x01\xFF\xFF") + std::string(70'000, 'x')}) {
    Wire wire = server.wire(bytes);
    CHECK(wire.ends());
  }
  { const Wire gone = server.wire(hello); }
  CHECK(server.shared.begun == 0);
  const TlsContext tls = client();
  // Amid a good one, too.
  Wire good(server.port(), &tls);
  good.send(Running::request("GET", "/"));
  CHECK(good.receive().status == 200);
}

TEST_CASE("plain HTTP at the port of HTTPS is told so") {
  for (const bool asks : {false, true}) {
    const Running server(usual(), site(asks));
    for (const std::string& bytes :
         {Running::request("GET", "/"), echo(std::string(100'000, 'x')), std::string("G")}) {
      Wire wire = server.wire(bytes);
      const Answer answer = wire.receive();
      CHECK(answer.status == 400);
      CHECK(answer.body == R"({"code":"https_only","message":"this port speaks HTTPS",)"
                           R"("hint":"write https:// where the address begins"})");
      CHECK(answer.headers.at("connection") == "close");
      CHECK(wire.ends());
    }
    CHECK(server.shared.begun == 0);
  }
}

TEST_CASE("a client that has said all it will is answered, whether it ends TLS or the connection alone") {
  const Running server(usual(), site());
  const TlsContext tls = client();
  for (const bool cut : {false, true}) {
    Wire wire(server.port(), &tls);
    wire.send(echo("{}") + echo("[]"));
    wire.finish(cut);
    CHECK(wire.receive().body == "POST {}");
    CHECK(wire.receive().body == "POST []");
    CHECK(wire.ends());
    Wire wait(server.port(), &tls);
    wait.send(Running::request("GET", "/wait"));
    wait.finish(cut);
    CHECK(wait.receive().body == "\"given up\"");
    Wire half(server.port(), &tls);
    half.send("GET / HT");
    half.finish(cut);
    CHECK(half.ends());
  }
}

TEST_CASE("by TLS, too, who says nothing, sends half a request or reads no answer is let go") {
  const TlsContext tls = client();
  {
    const Running server(with([](HttpLimits& limits) { limits.idle = 50ms; }), site());
    Wire idle(server.port(), &tls);
    CHECK(idle.ends());
  }
  {
    const Running server(with([](HttpLimits& limits) { limits.request = 100ms; }), site());
    Wire half(server.port(), &tls);
    half.send("GET / HTTP/1.1\r\nHo");
    CHECK(half.receive().status == 408);
    CHECK(half.ends());
  }
  Running server(with([](HttpLimits& limits) { limits.write = 100ms; }), site());
  Wire big(server.port(), &tls), flood(server.port(), &tls);
  big.send(Running::request("GET", "/big"));
  CHECK(big.breaks());
  flood.send(Running::request("GET", "/flood"));
  CHECK(server.shared.gone.wait());
}

// ---- as without

TEST_CASE("bodies of any size come and go whole by TLS") {
  const Running server(with([](HttpLimits& limits) { limits.bounds.body = 4u << 20; }), site());
  const TlsContext tls = client();
  Wire wire(server.port(), &tls);
  for (const std::size_t size : {1u, 16'383u, 16'384u, 16'385u, 70'000u, 3'000'000u}) {
    std::string body(size, '\0');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 23);
    std::thread sending([&] { wire.send(echo(body)); });
    sending.join();
    CHECK(wire.receive().body == "POST " + body);
  }
  wire.send(Running::request("GET", "/big"));
  CHECK(wire.receive().body == std::string(64u << 20, 'x'));
  wire.send(Running::request("POST", "/echo", "Content-Length: 2\r\nExpect: 100-continue\r\n"));
  CHECK(wire.until("HTTP/1.1 100 Continue\r\n\r\n"));
  wire.send("{}");
  CHECK(wire.receive().body == "POST {}");
  wire.send(Running::request("POST", "/refused", "Content-Length: 1000000\r\n") + std::string(50'000, 'x'));
  CHECK(wire.receive().status == 403);
  CHECK(wire.ends());
}

TEST_CASE("what a client sends ahead by TLS waits for its turn") {
  Running server(usual(), site());
  const TlsContext tls = client();
  std::string bytes = Running::request("GET", "/wait");
  for (int i = 0; i < 2'000; ++i) bytes += Running::request("GET", "/echo");
  Wire wire(server.port(), &tls);
  wire.send(bytes.substr(0, 10'000));
  while (server.shared.asked == 0) std::this_thread::yield();
  server.shared.come.set();
  server.publish("reader");
  CHECK(wire.receive().body == "\"come\"");
  wire.send(bytes.substr(10'000));
  for (int i = 0; i < 2'000; ++i) REQUIRE(wire.receive().body == "GET ");
}

TEST_CASE("hundreds of waits and streams by TLS take no thread each, are all told, and end with the server") {
  Running server(with([](HttpLimits& limits) { limits.workers = 2; }), site());
  const TlsContext tls = client();
  std::list<Wire> waits, streams;
  for (int i = 0; i < 100; ++i) {
    waits.emplace_back(server.port(), &tls).send(Running::request("GET", "/wait"));
    streams.emplace_back(server.port(), &tls).send(Running::request("GET", "/quiet"));
  }
  for (Wire& stream : streams) CHECK(stream.receive().status == 200);
  server.shared.come.set();
  server.publish("reader");
  for (Wire& wait : waits) CHECK(wait.receive().body == "\"come\"");
  const Wire silent = server.wire();
  server.begin_to_stop();
  for (Wire& stream : streams) {
    CHECK(stream.until("0\r\n\r\n"));
    CHECK(stream.ends());
  }
  server.stop();
}

TEST_CASE("the end waits for no client of TLS") {
  Running server(with([](HttpLimits& limits) { limits.end = 100ms; }), site());
  const TlsContext tls = client();
  Wire wire(server.port(), &tls);
  wire.send(Running::request("GET", "/big"));
  REQUIRE(wire.has_answer(30s));
  const Wire half = server.wire(std::string("\x16\x03\x01\x01\x00", 5));
  const auto began = Clock::now();
  server.stop();
  CHECK(Clock::now() - began < 5s);
}

// ---- clients that are not ours

TEST_CASE(
    "openssl s_client finds TLS 1.2 and 1.3 with authenticated encryption, and nothing older or weaker") {
  const Running server(usual(), site());
  const auto agreed = [&](const std::string& options) { return s_client(server, options + " -brief"); };
  CHECK(has(agreed("-tls1_3"), "Protocol version: TLSv1.3"));
  CHECK(has(agreed("-tls1_2"), "Protocol version: TLSv1.2"));
  for (const char* suite :
       {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"})
    CHECK(has(agreed(std::string("-tls1_2 -cipher ") + suite), std::string("Ciphersuite: ") + suite));
  for (const char* weak : {"-tls1_1 -cipher ALL:@SECLEVEL=0", "-tls1 -cipher ALL:@SECLEVEL=0",
                           "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", "-tls1_2 -cipher AES128-GCM-SHA256",
                           "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM", "-alpn h2"}) {
    INFO(weak);
    CHECK_FALSE(has(agreed(weak), "CONNECTION ESTABLISHED"));
  }
}

TEST_CASE("openssl s_client gets HTTP/1.1 by ALPN, no ticket, no compression, and no renegotiation") {
  const Running server(usual(), site());
  const std::string version_3 = s_client(server, "-tls1_3 -ign_eof -alpn h2,http/1.1", "x\n");
  CHECK(has(version_3, "ALPN protocol: http/1.1"));
  CHECK(has(version_3, "HTTP/1.1 400"));  // what it had to say came before the end
  CHECK_FALSE(has(version_3, "Post-Handshake New Session Ticket"));
  const std::string version_2 = s_client(server, "-tls1_2", "x\n");
  CHECK(has(version_2, "Compression: NONE"));
  CHECK(has(version_2, "Secure Renegotiation IS supported"));
  CHECK_FALSE(has(version_2, "TLS session ticket"));
  CHECK(has(version_2, "Session-ID: \n"));
  CHECK(has(s_client(server, "-tls1_2", "R\n"), "no renegotiation"));
}

TEST_CASE("curl comes in with a customer's PKCS#12, and with nothing else where that is asked for") {
  const World& world = World::get();
  const test::TemporaryFolder folder;
  const std::string file = folder.path() / "alice.p12";
  io::create_file(file, world.alice.pkcs12);
  const auto curl = [&](const Running& server, const std::string& options) {
    return run("curl -sS --max-time 20 --cacert " + (world.here.path() / "authority.pem").string() + " " +
               options + " https://localhost:" + std::to_string(server.port()) + "/who");
  };
  const Running open(usual(), site()), closed(usual(), site(true));
  CHECK(curl(open, "-X POST -d '{}'") == std::pair<std::string, bool>("", true));
  CHECK(has(curl(closed, "--cert-type P12 --cert " + file + ":1234").first,
            "Alice " + world.alice.certificate.serial));
  CHECK_FALSE(curl(closed, "--cert-type P12 --cert " + file + ":1235").second);
  for (const char* version : {"--tlsv1.3", "--tls-max 1.2"}) {
    const auto [why, well] = curl(closed, version);
    CHECK_FALSE(well);
    CHECK(has(why, "alert"));  // it is told why, and not broken off
  }
  CHECK(closed.shared.begun == 1);
}

}  // namespace sesame::sim
