// Where the readers are that the tools work: in this process, or behind the API of a `sesame sim` that runs
// already. Both are asked in the same words, those of sim/server/openapi.json.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/server/api.hpp"

namespace sesame::sim {

struct ApiAnswer {
  int status = 0;
  std::string body;
};

class ReadersApi {
 public:
  virtual ~ReadersApi() = default;
  // `path` needs no percent-encoding. `body`: JSON, or empty. `type`: the one that is wanted, where there are
  // several. Failure (environment): nobody answers.
  virtual ApiAnswer send(const std::string& method, const std::string& path, std::string body,
                         const std::string& type) = 0;
};

// Readers of our own, in virtual time. `offered`: a card beside the shipped ones.
std::unique_ptr<ReadersApi> own_readers(std::optional<OfferedCard> offered);

// Those of the simulator at http://HOST:PORT. Failure (invalid): that is no such URL. Nothing is sent yet.
std::unique_ptr<ReadersApi> served_readers(const std::string& url, const std::string& token);

}  // namespace sesame::sim
