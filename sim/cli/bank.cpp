#include "sim/cli/bank.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "host/base/hex.hpp"
#include "host/base/safe_json.hpp"
#include "host/base/utf8.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/pin.hpp"
#include "host/document/file.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/passing_folder.hpp"
#include "host/io/path_lock.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/random.hpp"
#include "host/io/signals.hpp"
#include "host/issuer/store/open_store.hpp"
#include "host/terminal/output.hpp"
#include "sim/bank/api.hpp"
#include "sim/bank/assets.hpp"
#include "sim/bank/authority.hpp"
#include "sim/bank/tenants.hpp"
#include "sim/cli/service.hpp"
#include "sim/cli/serving.hpp"
#include "sim/fleet/simulator.hpp"
#include "sim/http/cross_origin.hpp"
#include "sim/http/http_client.hpp"
#include "sim/http/http_server.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/responses.hpp"
#include "sim/server/api.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint16_t kPort = 8037;

struct BankOptions {
  cli::StoreOptions store;
  std::optional<std::string> folder;  // else "bank" beside the issuer's store
  ServiceOptions service;
  TokenOptions token;
  std::optional<std::uint32_t> waits;
  std::uint16_t certificate_port = 8038, simulator_port = 8035;
  bool plain = false;
  std::optional<std::string> simulator;  // its URL
};

struct EnrolOptions {
  cli::StoreOptions store;
  std::optional<std::string> folder;
  std::string client_id, user_number, output;
  cli::PinOptions pin;
};

Authority::Time to_seconds(bank::Millis now) {
  return Authority::Time(std::chrono::seconds(now / bank::kSecond));
}

// ---- where the bank is kept

// Beside the issuer's store, where that is a file.
std::string folder_of(const std::optional<std::string>& folder, const cli::StoreOptions& store) {
  if (folder) return *folder;
  const std::string name = cli::store_name(store);
  const std::string file = issuer::is_in_a_file(name) ? name : cli::store_name({});
  return (std::filesystem::path(file).parent_path() / "bank").string();
}

void make_folder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    throw Failure(Failure::environment, fmt::format("{}: cannot be made: {}", folder, error.message()));
  }
}

// The bank that stays: its file beside the authority's, its cards in the issuer's store.
bank::Holdings lasting_holdings(const std::string& folder, const cli::StoreOptions& options) {
  bank::Holdings holdings;
  const keys::SealingKey key = cli::read_key(options);
  holdings.key = std::make_unique<keys::SealingKey>(key.derived("bank"));
  holdings.store = cli::open_store(options);
  holdings.registry = std::make_unique<issuer::Registry>(*holdings.store, key, io::system_random);
  holdings.database = bank::open_bank(folder + "/bank.db", bank::Database::Sync::full);
  return holdings;
}

bool has_customers(bank::Tenant& tenant) {
  return tenant.bank().with_tables(
      [](bank::Database& database) { return database.query("SELECT 1 FROM users LIMIT 1").step(); });
}

// The demonstration's customers; the cards of those are files beside the bank.
std::vector<bank::SeededUser> plant_demonstration(bank::Tenant& tenant, const std::string& folder) {
  const JsonBody demo(bank::asset("demo.json").value_or("{}"));
  const auto seed = bank::read_seed(demo.root(), tenant.bank().rules(), io::system_random, tenant.now());
  // The files first: a crash leaves no customer without a card, and the next start makes both anew.
  for (const bank::SeedSubscription& subscription : seed) {
    for (const bank::SeedUser& one : subscription.users) {
      if (!one.card_toml || folder.empty()) continue;
      const std::string path =
          fmt::format("{}/card-{}-{}.toml", folder, subscription.client_id, one.user.number);
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
      io::create_file(path, *one.card_toml);
    }
  }
  return tenant.plant(seed);
}

// Of the first customer whose card is among those files.
std::optional<bank::SeededUser> find_customer(bank::Tenant& tenant, const std::string& folder) {
  const auto users = tenant.bank().with_tables([](bank::Database& database) {
    std::vector<bank::Id> ids;
    sqlite::Query found = database.query("SELECT id FROM users ORDER BY id");
    while (found.step()) ids.push_back(found.number(0));
    std::vector<bank::User> all;
    all.reserve(ids.size());
    for (const bank::Id id : ids) all.push_back(*bank::find_user(database, id));
    return all;
  });
  for (const bank::User& user : users) {
    const std::string path = fmt::format("{}/card-{}-{}.toml", folder, user.client_id, user.number);
    if (!std::filesystem::exists(path)) continue;
    const document::FileText file(path);
    const std::string toml(file.text());
    return bank::SeededUser{user, toml, bank::pin_of(toml)};
  }
  return std::nullopt;
}

// ---- the reader beside the page

// A simulator elsewhere.
class RemoteSimulator final : public HttpService {
 public:
  explicit RemoteSimulator(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    std::string_view rest = url;
    if (!rest.starts_with(kScheme)) cli::usage("--sim: an address such as http://127.0.0.1:8035");
    rest.remove_prefix(kScheme.size());
    while (rest.ends_with('/')) rest.remove_suffix(1);
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos) cli::usage("--sim: an address such as http://127.0.0.1:8035");
    host_ = rest.substr(0, colon);
    port_ = static_cast<std::uint16_t>(
        cli::parse_number("--sim", std::string(rest.substr(colon + 1)), {1, 65'535}));
  }
  std::string host() const { return fmt::format("{}:{}", host_, port_); }

  Response begin(const Request& request) override {
    std::string target = request.path;
    char between = '?';
    for (const auto& [name, value] : request.query) {
      target += fmt::format("{}{}={}", std::exchange(between, '&'), name, value);
    }
    try {
      HttpClient client(host_, port_);
      HttpAnswer answer = client.send(request.method, target, request.body);
      Response response;
      response.status = answer.status;
      for (const auto& [name, value] : answer.headers) {
        if (name == "content-type") response.type = value;
      }
      response.body = std::move(answer.body);
      return response;
    } catch (const NoAnswer& none) {
      return response_of(ApiError{503, "environment", fmt::format("the simulator gives {}", none.what()),
                                  "start sesame sim"});
    }
  }
  std::optional<Response> judge(const Request&) override { return std::nullopt; }
  Response refuse(int status) override { return response_of(sim::error_of(status, 0, "simulator")); }
  void on_news(std::function<void(const std::string& topic)>) override {}

 private:
  std::string host_;
  std::uint16_t port_ = 0;
};

// A reader with the customer's card beside it: its id.
std::string make_reader(HttpService& simulator, const std::string& host, const bank::SeededUser& customer) {
  Request request;
  request.method = "POST";
  request.path = "/v1/readers";
  request.headers = {{"host", host}};
  request.body = dump(Json{{"profile", "sesame"},
                           {"clock", "real"},
                           {"card", {{"toml", *customer.card_toml}, {"name", "sesame-card"}}}});
  const Response response = simulator.begin(request);
  wipe_request(request);
  if (response.status / 100 != 2) {
    throw Failure(Failure::environment, "the simulator makes no reader: " + response.body);
  }
  return Json::parse(response.body)["id"];
}

// One of this process, of a model that signs.
std::string make_signing_reader(Simulator& simulator, const std::string& folder,
                                const bank::SeededUser& customer) {
  ReaderSpec spec;
  spec.profile = folder + "/reader.toml";
  spec.profile_may_be_path = true;
  io::create_file(spec.profile, bank::asset("demo-reader.toml").value_or(""));
  spec.clock = ClockKind::real;
  spec.card = CardSpec{CardSpec::Kind::toml, *customer.card_toml, "sesame-card"};
  spec.stays = true;
  return simulator.create(spec);
}

// ---- serving

// What a browser is asked for its certificate by: it leads back to the site.
class CertificateDoor final : public HttpService {
 public:
  explicit CertificateDoor(bank::Api& site) : site_(site) {}
  Response begin(const Request& request) override {
    if (!request.path.ends_with("/certificate") || !request.client) return refuse(404);
    const auto fingerprint = parse_hex(request.client->sha256);
    return site_.certificate_shown(request, std::get<std::vector<std::uint8_t>>(fingerprint));
  }
  std::optional<Response> judge(const Request&) override { return std::nullopt; }
  Response refuse(int status) override { return site_.refuse(status); }
  void on_news(std::function<void(const std::string& topic)>) override {}

 private:
  bank::Api& site_;
};

struct Site {
  std::string address;
  Places places;
  std::unique_ptr<Authority> authority;
  std::unique_ptr<HttpServer> server, certificate_server;

  TlsServerSettings tls(bool clients) const {
    TlsServerSettings settings;
    settings.certificates = authority->site_certificate();
    settings.key = SecretString(authority->site_key().view());
    if (clients) settings.client_authority = authority->certificate();
    return settings;
  }
};

Site open_site(const BankOptions& options, const std::string& folder) {
  Site site;
  const ServiceOptions& service = options.service;
  site.address = service.address();
  site.places = places_for(options.waits, bank::SiteOptions{}.waits);
  if (options.plain) {
    site.server = std::make_unique<HttpServer>(site.address, service.port, site.places.limits);
    return site;
  }
  std::vector<std::string> names;
  if (!service.listen.empty() && service.listen != "0.0.0.0" && service.listen != "::") {
    names.push_back(service.listen);
  }
  for (const AllowedHost& host : service.admission.hosts) {
    const bool bracketed = host.name.starts_with('[');
    names.push_back(bracketed ? host.name.substr(1, host.name.size() - 2) : host.name);
  }
  site.authority = std::make_unique<Authority>(folder, names, to_seconds(cli::now()), io::system_random);
  site.server = std::make_unique<HttpServer>(site.address, service.port, site.places.limits, site.tls(false));
  site.certificate_server =
      std::make_unique<HttpServer>(site.address, options.certificate_port, HttpLimits{}, site.tls(true));
  return site;
}

// Where others find it: by the first name that it has for them. `its_own`: the port may be another outside.
std::string url_for_others(const ServiceOptions& service, std::uint16_t port, bool its_own,
                           std::string_view scheme) {
  if (service.admission.hosts.empty()) return url_of(service.address(), port, scheme);
  const AllowedHost& host = service.admission.hosts.front();
  if (its_own && host.port_is == AllowedHost::Port::this_one) port = host.port;
  const bool usual = port == (scheme == "https" ? 443 : 80);
  return fmt::format("{}://{}{}", scheme, host.name, usual ? "" : fmt::format(":{}", port));
}

// At most as many characters as X.520 has for one; the name is cut, and who it is of stays.
std::string common_name(const bank::User& user) {
  constexpr std::size_t kLongest = 64;
  const std::string end = " " + user.customer();
  std::string name = user.name;
  while (utf8::length(name) + end.size() > kLongest) {
    while ((static_cast<unsigned char>(name.back()) & 0xC0) == 0x80) name.pop_back();
    name.pop_back();
  }
  return name + end;
}

bank::IssuedCertificate certify(const Authority& authority, const bank::User& user, const std::string& pin,
                                bank::Millis now) {
  auto made = authority.enrol(common_name(user), pin, to_seconds(now));
  bank::IssuedCertificate issued;
  issued.fingerprint = std::get<std::vector<std::uint8_t>>(parse_hex(made.certificate.sha256));
  issued.ends = std::chrono::duration_cast<std::chrono::milliseconds>(made.until.time_since_epoch()).count();
  issued.pkcs12 = std::move(made.pkcs12);
  issued.pin = pin;
  return issued;
}

Json demo_json(const bank::SeededUser& customer, const std::string& simulator) {
  Json json = bank::seeded_json(customer);
  json["reader_url"] = simulator;
  json["pin"] = customer.pin;
  json["card"] = {{"toml", *customer.card_toml}, {"name", "sesame-card"}};
  return json;
}

struct Served {
  HttpService* simulator = nullptr;
  std::string simulator_host, reader;
  Json demo;                   // for the page
  Json more = Json::object();  // of the line that says it is ready
};

void serve(io::Signals& signals, const BankOptions& options, Site& site, bank::Tenants& tenants,
           const Served& served, const std::string& folder) {
  const bool is_open = !options.service.listen.empty();
  std::optional<Token> token = given_token("token", options.token, kTokenVariable);
  if (!token && is_open) token = new_token();
  const char* const scheme = options.plain ? "http" : "https";
  bank::SiteOptions how;
  how.secure = !options.plain;
  how.strict_transport = is_open;
  how.site_url = url_for_others(options.service, site.server->port(), true, scheme);
  if (site.certificate_server) {
    how.certificate_url = url_for_others(options.service, site.certificate_server->port(), false, scheme);
  }
  how.simulator = served.simulator;
  how.simulator_host = served.simulator_host;
  how.reader = served.reader;
  how.demo = served.demo;
  // For who started it, on this machine.
  Json line{{"url", url_of(site.address, site.server->port(), scheme)},
            {"certificate_url", nullptr},
            {"authority", nullptr},
            {"token", nullptr}};
  if (site.authority) {
    line["certificate_url"] = url_of(site.address, site.certificate_server->port(), scheme);
    line["authority"] = folder + "/authority.pem";
  }
  if (token && token->is_new) line["token"] = token->value;
  line.update(served.more);
  how.waits = site.places.waits;
  how.instance = new_instance(SESAME_VERSION);
  const Gate gate(site.address, site.server->port(), token ? std::optional(token->value) : std::nullopt,
                  scheme, options.service.admission);
  bank::Api api(tenants, gate, std::move(how),
                [](const std::string& trouble) { terminal::note_line("sesame: " + trouble); });
  CrossOrigin shared(api, gate);
  CertificateDoor door(api);
  std::optional<Worker> certificates;
  if (site.certificate_server) {
    certificates.emplace([&] { site.certificate_server->serve(door); },
                         [&] { site.certificate_server->stop(); });
  }
  const Worker serving([&] { site.server->serve(shared); }, [&] { site.server->stop(); });
  terminal::print_line(safe::json(line));
  if (!wait_for_end(signals, serving, options.service.until_eof)) {
    throw Failure(Failure::environment, "the server can take no more connections");
  }
}

void enable_certificates(bank::Tenants& tenants, const Site& site) {
  if (!site.authority) return;
  tenants.certify = [&authority = *site.authority](const bank::User& user, bank::Millis now) {
    return certify(authority, user, bank::random_digits(io::system_random, 8), now);
  };
}

void bank_command(const BankOptions& options) {
  if (options.simulator && !options.service.listen.empty()) {
    cli::usage("--sim and --listen do not go together: the customer's reader would be everyone's");
  }
  if (options.plain && !options.service.listen.empty()) {
    cli::usage(
        "--http and --listen do not go together: codes and secrets would cross the network in the clear");
  }
  std::optional<RemoteSimulator> simulator;
  if (options.simulator) simulator.emplace(*options.simulator);
  io::Signals signals;
  const std::string folder = folder_of(options.folder, options.store);
  make_folder(folder);
  const io::PathLock lock(folder, "bank");  // its certificates and first customers are made by one process
  // One in PostgreSQL is made by `sesame issuer init` alone.
  const std::string store = cli::store_name(options.store);
  const bool is_new = issuer::is_in_a_file(store) && !std::filesystem::exists(store);
  // Whose key is in the environment has made the store, and for longer than this process.
  if (is_new && !options.store.key_env) cli::make_store(options.store);
  Site site = open_site(options, folder);
  bank::Tenants tenants(cli::now, io::system_random);
  enable_certificates(tenants, site);
  const auto tenant =
      tenants.add(std::string(bank::Tenants::kDefault), lasting_holdings(folder, options.store),
                  bank::Rules{}, bank::TenantClock(cli::now, false, std::nullopt));
  if (!has_customers(*tenant)) {
    plant_demonstration(*tenant, folder);
    terminal::note_line(fmt::format("sesame: {} is a new bank; its customers' cards are beside it", folder));
  }
  Served served;
  if (simulator) {
    const auto customer = find_customer(*tenant, folder);
    if (!customer) throw Failure(Failure::invalid, fmt::format("{}: no customer's card is there", folder));
    served.simulator = &*simulator;
    served.simulator_host = simulator->host();
    served.reader = make_reader(*simulator, simulator->host(), *customer);
    served.demo = demo_json(*customer, *options.simulator);
  }
  serve(signals, options, site, tenants, served, folder);
}

void demo(const BankOptions& options) {
  io::Signals signals;
  const io::PassingFolder folder(std::filesystem::temp_directory_path().string(), "sesame-demo");
  Site site = open_site(options, folder.path());
  bank::Tenants tenants(cli::now, io::system_random);
  enable_certificates(tenants, site);
  const auto tenant = tenants.make_default(bank::Rules{});
  const bank::SeededUser customer = plant_demonstration(*tenant, "").front();

  Simulator simulator;
  HttpServer simulator_server(kLoopback, options.simulator_port);
  Api readers(simulator, Gate(kLoopback, simulator_server.port(), std::nullopt));
  const Worker ticker(
      [&] {
        while (simulator.wait_until_due()) {
          simulator.tick(simulator.now());
          io::wipe_stack();
        }
      },
      [&] { simulator.close(); });
  const Worker serving([&] { simulator_server.serve(readers); },
                       [&] {
                         simulator.close();
                         simulator_server.stop();
                       });
  Served served;
  served.simulator = &readers;
  served.simulator_host = fmt::format("{}:{}", kLoopback, simulator_server.port());
  served.reader = make_signing_reader(simulator, folder.path(), customer);
  served.demo = demo_json(customer, url_of(kLoopback, simulator_server.port()));
  served.more = {{"simulator", url_of(kLoopback, simulator_server.port())},
                 {"customer",
                  {{"user_code", customer.user.user_code.value_or("")},
                   {"client_id", customer.user.client_id},
                   {"user_number", customer.user.number},
                   {"pin", customer.pin}}}};
  terminal::note_line(fmt::format(
      "sesame: log in to Coop@net as {} with the reader beside the page: card, a function, PIN {}",
      customer.user.user_code.value_or(""), customer.pin));
  serve(signals, options, site, tenants, served, folder.path());
}

void enrol(EnrolOptions& options) {
  const std::string folder = folder_of(options.folder, options.store);
  const SecretString pin = cli::take_pin(options.pin);
  bank::Holdings holdings = lasting_holdings(folder, options.store);
  bank::Database& database = *holdings.database;
  const auto user = bank::find_by_number(database, options.client_id, options.user_number);
  if (!user) cli::usage("there is no such customer");
  const Authority authority(folder, {}, to_seconds(cli::now()), io::system_random);
  const auto issued = certify(authority, *user, std::string(pin.view()), cli::now());
  io::create_file(options.output, issued.pkcs12);
  bank::Transaction writing(database);
  bank::keep_certificate(database, user->id, issued, cli::now());
  writing.commit();
  terminal::note_line(fmt::format("sesame: {} is {}'s certificate; a browser that has it logs in with it",
                                  options.output, user->name));
}

void add_site_options(const cli::Command& command, BankOptions& options) {
  add_max_waits(command, options.waits, bank::SiteOptions{}.waits, "requests for messages that wait");
  command
      .number("--certificate-port", options.certificate_port, {0, 65'535},
              "TCP port where browsers are asked for a certificate; 0: any that is free")
      .type("PORT");
  command.flag("--http", options.plain, "without TLS, and so without certificates; on this machine alone");
}

}  // namespace

void add_bank_command(const cli::Command& parent) {
  const auto options = std::make_shared<BankOptions>();
  const cli::Command command(parent, "bank", "the bank's sites, to log in to with a code of the reader");
  command.footer(
      "A simulator: no bank's site, no one's money. The pages are at the URL that is printed, the "
      "description\n"
      "of the API at /openapi.json. Without --listen only this machine reaches it. On its first start it "
      "makes\n"
      "its certificate, its customers, and their cards, in the folder \"bank\" beside the issuer's store.");
  options->service.port = kPort;
  add_service(command, options->service, "; /v1 needs a token");
  add_token(command, "token", options->token,
            "what /v1 must be sent; random and printed with --listen, else none", kTokenVariable);
  cli::add_store(command, options->store);
  command.option("--folder", options->folder, "where the bank is kept [\"bank\" beside the issuer's store]")
      .type("DIR");
  add_site_options(command, *options);
  command.option("--sim", options->simulator, "a simulator, for a reader beside the login page").type("URL");
  command.run([options] { bank_command(*options); });

  const auto shown = std::make_shared<BankOptions>();
  const cli::Command demonstration(command, "demo",
                                   "bank, customer, card and reader together; nothing of it stays");
  demonstration.config_file();
  shown->service.port = kPort;
  demonstration.number("--port", shown->service.port, {0, 65'535}, "TCP port; 0: any that is free")
      .type("PORT");
  add_site_options(demonstration, *shown);
  demonstration.number("--sim-port", shown->simulator_port, {0, 65'535}, "TCP port of the simulator")
      .type("PORT");
  demonstration.run([shown] { demo(*shown); });

  const auto enrolled = std::make_shared<EnrolOptions>();
  const cli::Command enrolment(command, "enrol", "a customer's certificate, as PKCS#12 for a browser");
  cli::add_store(enrolment, enrolled->store);
  enrolment
      .option("--folder", enrolled->folder, "where the bank is kept [\"bank\" beside the issuer's store]")
      .type("DIR");
  enrolment.option("--client", enrolled->client_id, "client identifier").required().type("ID");
  enrolment.option("--user", enrolled->user_number, "user number").required().type("N");
  const cli::Option from_stdin =
      enrolment.flag("--pin-stdin", enrolled->pin.from_stdin, "read the file's PIN from standard input");
  enrolment.option("--pin-env", enrolled->pin.variable, "read it from this variable")
      .type("VAR")
      .excludes(from_stdin);
  enrolment.option("FILE", enrolled->output, "where to write it; never over another file").required();
  enrolment.run([enrolled] { enrol(*enrolled); });
}

}  // namespace sesame::sim
