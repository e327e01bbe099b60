// Logging in with a certificate.
#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

namespace {

const ByteString kOwn(32, 0x11), kOther(32, 0x22);

SiteOptions with_certificates() {
  SiteOptions options;
  options.site_url = "https://localhost:8037";
  options.certificate_url = "https://localhost:8038";
  return options;
}

std::string location(const sim::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Location") return value;
  }
  return {};
}

struct Shown {
  SiteUnderTest site{json::object(), seed(), with_certificates()};
  Browser alice = site.browser();

  // What the other port says to a browser that shows this certificate.
  sim::Response show(const std::string& url, const ByteString& fingerprint, const std::string& cookie) {
    auto request = request_of("GET", "/certificate");
    request.query["ticket"] = url.substr(url.find("ticket=") + 7);
    request.headers["cookie"] = cookie;
    return site.bank.api().certificate_shown(request, fingerprint);
  }
  std::string url() {
    return alice.ok("POST", "/api/login/certificate",
                    {{"client_id", "10002000"}, {"user_number", "1"}})["url"];
  }
};

}  // namespace

TEST_CASE("a certificate opens Coop@ccess, and another one does not") {
  Shown shown;
  const auto tenant = shown.site.bank.tenants().find(shown.site.tenant["id"].get<std::string>());
  tenant->bank().add_certificate(1, {kOwn, kMorning + kDay}, kMorning);

  const auto refused = shown.show(shown.url(), kOther, shown.alice.cookie);
  CHECK(refused.status == 303);
  CHECK(location(refused) == "https://localhost:8037" + shown.site.base() + "/#/certificate-refused");
  CHECK(shown.alice.arrive()["level"] == "anonymous");

  const std::string url = shown.url();
  const auto opened = shown.show(url, kOwn, shown.alice.cookie);
  CHECK(location(opened) == "https://localhost:8037" + shown.site.base() + "/");
  for (const auto& [name, value] : opened.headers) {
    if (name == "Set-Cookie") shown.alice.cookie = value.substr(0, value.find(';'));
  }
  const json session = shown.alice.arrive();
  CHECK(session["level"] == "strong");
  CHECK(session["access"] == "full");
  CHECK(shown.show(url, kOwn, shown.alice.cookie).status == 403);  // an address is good once

  shown.site.advance(kDay);
  CHECK(location(shown.show(shown.url(), kOwn, shown.alice.cookie)).ends_with("certificate-refused"));
}

TEST_CASE("who is sent another's address of a login by certificate logs nobody in") {
  Shown shown;
  const auto tenant = shown.site.bank.tenants().find(shown.site.tenant["id"].get<std::string>());
  tenant->bank().add_certificate(1, {kOwn, kMorning + kDay}, kMorning);
  CHECK(shown.show(shown.url(), kOwn, shown.site.browser().cookie).status == 401);
}

TEST_CASE("certificates that are refused disable nobody") {
  Shown shown;
  for (int i = 0; i < 5; ++i) {
    CHECK(shown.show(shown.url(), kOther, shown.alice.cookie).status == 303);
  }
  const auto tenant = shown.site.bank.tenants().find(shown.site.tenant["id"].get<std::string>());
  tenant->bank().add_certificate(1, {kOwn, kMorning + kDay}, kMorning);
  CHECK(location(shown.show(shown.url(), kOwn, shown.alice.cookie)).ends_with("/"));
}
