#include "sim/cli/health.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "host/base/decimal.hpp"
#include "host/base/failure.hpp"
#include "host/terminal/output.hpp"
#include "sim/http/http_client.hpp"
#include "sim/http/origin.hpp"

namespace sesame::sim {

namespace {

// So long that no orchestrator is still there to read what would be said later.
constexpr HttpPatience kPatience{std::chrono::milliseconds(2'000), std::chrono::milliseconds(2'000)};

struct HealthOptions {
  std::string url = "http://127.0.0.1:8035";
};

void health(const HealthOptions& options) {
  const std::string origin = server_origin(options.url);
  const std::size_t host = origin.find("//") + 2, colon = origin.rfind(':');
  std::string name = origin.substr(host, colon - host);
  if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
  const auto port = static_cast<std::uint16_t>(decimal(origin.substr(colon + 1)).value_or(0));
  try {
    const HttpAnswer answer = HttpClient(name, port, kPatience).send("GET", "/healthz", "");
    if (answer.status != 200)
      throw Failure(Failure::environment, fmt::format("{}: answers {} and not 200", origin, answer.status));
  } catch (const NoAnswer& none) {
    throw Failure(Failure::environment, fmt::format("{}: {}", origin, none.what()));
  }
  terminal::print_line("healthy");
}

}  // namespace

void add_health_command(const cli::Command& parent) {
  const auto options = std::make_shared<HealthOptions>();
  const cli::Command command(parent, "health",
                             "tell whether a server of ours answers, as a container's health check");
  command.option("URL", options->url, "of `sesame sim`, `sesame bank --http` or `sesame issuer serve --http`")
      .shows_default();
  command.run([options] { health(*options); });
}

}  // namespace sesame::sim
