#include "sim/mcp/readers_api.hpp"

#include <fmt/format.h>

#include <utility>

#include "host/base/failure.hpp"
#include "sim/http/gate.hpp"
#include "sim/http/http_client.hpp"
#include "sim/http/origin.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kMostReaders = 1'000;

class OwnReaders final : public ReadersApi {
 public:
  explicit OwnReaders(std::optional<OfferedCard> offered)
      : simulator_(options()),
        api_(simulator_, Gate("127.0.0.1", kPort, std::nullopt),
             {offered ? std::vector{*std::move(offered)} : std::vector<OfferedCard>{}}) {}

  ApiAnswer send(const std::string& method, const std::string& path, std::string body,
                 const std::string& type) override {
    Request request;
    request.method = method;
    request.path = path;
    request.headers = {{"host", fmt::format("127.0.0.1:{}", kPort)}, {"accept", type}};
    request.body = std::move(body);
    Response response = api_.handle(request);
    wipe_request(request);
    return {response.status, std::move(response.body)};
  }

 private:
  static constexpr std::uint16_t kPort = 80;  // in the name of a server that listens nowhere
  static SimulatorOptions options() {
    SimulatorOptions options;
    options.max_readers = kMostReaders;
    return options;
  }

  Simulator simulator_;
  Api api_;
};

class ServedReaders final : public ReadersApi {
 public:
  ServedReaders(const std::string& url, const std::string& token)
      : ServedReaders(server_origin(url), host_and_port_of(server_origin(url)), token) {}

  ApiAnswer send(const std::string& method, const std::string& path, std::string body,
                 const std::string& type) override {
    Headers headers = headers_;
    headers["Accept"] = type;
    try {
      HttpAnswer answer = client_.send(method, path, body, headers);
      return {answer.status, std::move(answer.body)};
    } catch (const NoAnswer& failure) {
      throw Failure(Failure::environment,
                    fmt::format("{}: {}; is `sesame sim` running there?", url_, failure.what()));
    }
  }

 private:
  ServedReaders(std::string origin, const HostAndPort& authority, const std::string& token)
      : url_(std::move(origin)), client_(authority.host, authority.port) {
    if (!token.empty()) headers_["Authorization"] = "Bearer " + token;
  }

  std::string url_;
  Headers headers_;
  HttpClient client_;
};

}  // namespace

std::unique_ptr<ReadersApi> own_readers(std::optional<OfferedCard> offered) {
  return std::make_unique<OwnReaders>(std::move(offered));
}

std::unique_ptr<ReadersApi> served_readers(const std::string& url, const std::string& token) {
  return std::make_unique<ServedReaders>(url, token);
}

}  // namespace sesame::sim
