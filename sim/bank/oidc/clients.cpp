#include "sim/bank/oidc/clients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/base/failure.hpp"
#include "host/keys/sealing.hpp"
#include "sim/bank/oidc/form.hpp"
#include "sim/bank/sessions.hpp"
#include "sim/http/http_lines.hpp"
#include "sim/http/message.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kMostUris = 16, kLongestUri = 512, kLongestClientId = 128;
constexpr std::size_t kShortestClientSecret = 16, kLongestClientSecret = 256;
constexpr std::int64_t kMostClients = 1'000;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_decimal(char c) { return c >= '0' && c <= '9'; }

// RFC 3986, 2: and no fragment.
bool is_uri_character(char c) {
  return is_letter(c) || is_decimal(c) ||
         std::string_view("-._~:/?[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

bool is_client_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_decimal(c) || std::string_view("-._~").find(c) != std::string_view::npos;
  });
}

std::vector<std::string> uris_of(const document::Value& value, std::size_t least) {
  std::vector<std::string> uris;
  for (const document::Value& one : value.list(least, kMostUris)) {
    if (!is_redirect_uri(one.text(kLongestUri))) {
      one.refuse("is no URI to lead back to: absolute, without a fragment, https://app.example/callback");
    }
    uris.emplace_back(one.text());
  }
  return uris;
}

// A URI has no space.
std::string joined(const std::vector<std::string>& uris) { return fmt::format("{}", fmt::join(uris, " ")); }
std::vector<std::string> split(const std::string& uris) {
  const auto all = words(uris);
  return {all.begin(), all.end()};
}

keys::Sha256 mac_of(std::span<const std::uint8_t, keys::SealingKey::size> key, std::string_view secret) {
  return keys::hmac(keys::SealingKey(key), bytes_of(secret));
}

Client row_of(sqlite::Query& row) {
  Client client;
  client.client_id = row.text(0);
  client.name = row.text(1);
  if (!row.is_null(2)) client.secret = row.bytes(2);
  client.redirect_uris = split(row.text(3));
  client.post_logout_redirect_uris = split(row.text(4));
  return client;
}

constexpr const char* kColumns =
    "SELECT client_id, name, secret, redirect_uris, post_logout_redirect_uris FROM clients ";

}  // namespace

bool is_redirect_uri(std::string_view uri) {
  if (uri.size() > kLongestUri || !std::all_of(uri.begin(), uri.end(), is_uri_character)) return false;
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string scheme = sim::lower(uri.substr(0, colon));
  const std::string_view rest = uri.substr(colon + 1);
  if (scheme == "https" || scheme == "http") {
    if (!rest.starts_with("//")) return false;
    const std::string_view authority = rest.substr(2, rest.find_first_of("/?", 2) - 2);
    return !authority.empty() && authority.find('@') == std::string_view::npos;
  }
  return scheme.find('.') != std::string::npos && is_letter(scheme.front()) && !rest.empty() &&
         std::all_of(scheme.begin(), scheme.end(), [](char c) {
           return is_letter(c) || is_decimal(c) || c == '.' || c == '-' || c == '+';
         });
}

std::string origin_of(std::string_view uri) {
  const std::string_view scheme = uri.substr(0, uri.find("://"));
  if (scheme.size() == uri.size()) return {};
  const std::size_t from = scheme.size() + 3;
  const std::string lowered = sim::lower(scheme);
  if (lowered != "https" && lowered != "http") return {};
  std::string authority = sim::lower(uri.substr(from, uri.find_first_of("/?", from) - from));
  // RFC 6454, 6.2: the port that goes without saying is not said.
  const std::string_view port = lowered == "https" ? ":443" : ":80";
  if (authority.ends_with(port)) authority.erase(authority.rfind(':'));
  return fmt::format("{}://{}", lowered, authority);
}

bool is_secret_of(const Client& client, std::string_view secret) {
  if (client.secret.size() != keys::SealingKey::size + sizeof(keys::Sha256)) return false;
  const Bytes kept(client.secret);
  return keys::same(mac_of(kept.first<keys::SealingKey::size>(), secret),
                    kept.subspan(keys::SealingKey::size));
}

Client read_client(const document::Value& body, const Random& random) {
  document::Table table(body);
  const document::Value id = table.at("client_id"), name = table.at("name"), uris = table.at("redirect_uris");
  const auto logout = table.find("post_logout_redirect_uris"), secret = table.find("client_secret");
  table.done();
  Client client;
  client.client_id = id.text(kLongestClientId);
  if (!is_client_id(client.client_id)) id.refuse("has something else than letters, digits, - . _ ~");
  client.name = name.title();
  client.redirect_uris = uris_of(uris, 1);
  if (logout) client.post_logout_redirect_uris = uris_of(*logout, 0);
  if (secret) {
    const std::string_view text = secret->text(kLongestClientSecret);
    const bool visible = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (text.size() < kShortestClientSecret || !visible) {
      secret->refuse("is no secret: 16 characters of ASCII at least, without spaces");
    }
    client.secret.resize(keys::SealingKey::size);
    random(client.secret);
    const auto mac = mac_of(Bytes(client.secret).first<keys::SealingKey::size>(), text);
    client.secret.insert(client.secret.end(), mac.begin(), mac.end());
  }
  return client;
}

void insert_client(Database& database, const Client& client) {
  Transaction writing(database);
  std::int64_t count = 0;
  {
    sqlite::Query counted = database.query("SELECT count(*) FROM clients");
    counted.step();
    count = counted.number(0);
  }
  if (count >= kMostClients) throw Failure(Failure::refused, "there are as many clients as there may be");
  if (find_client(database, client.client_id)) {
    throw Failure(Failure::refused, "there is a client of this client_id");
  }
  const std::string uris = joined(client.redirect_uris), logout = joined(client.post_logout_redirect_uris);
  sqlite::Query insert = database.query("INSERT INTO clients VALUES (?,?,?,?,?)");
  insert.with(client.client_id).with(client.name);
  (client.is_public() ? insert.with_null() : insert.with(Bytes(client.secret)))
      .with(uris)
      .with(logout)
      .step();
  writing.commit();
}

std::optional<Client> find_client(Database& database, std::string_view client_id) {
  sqlite::Query found = database.query(fmt::format("{}WHERE client_id=?", kColumns));
  return found.with(client_id).step() ? std::optional(row_of(found)) : std::nullopt;
}

std::vector<Client> all_clients(Database& database) {
  std::vector<Client> all;
  sqlite::Query found = database.query(fmt::format("{}ORDER BY client_id", kColumns));
  while (found.step()) all.push_back(row_of(found));
  return all;
}

bool remove_client(Database& database, std::string_view client_id) {
  Transaction writing(database);
  // What it was given goes with it (ON DELETE CASCADE).
  const bool removed = database.query("DELETE FROM clients WHERE client_id=?").with(client_id).run() == 1;
  writing.commit();
  return removed;
}

}  // namespace sesame::bank
