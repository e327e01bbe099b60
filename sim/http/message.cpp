#include "sim/http/message.hpp"

#include <nlohmann/json.hpp>

#include "firmware/core/bytes.hpp"

namespace sesame::sim {

std::string_view Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string_view> Request::parameter(const std::string& name) const {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

Response response_of(const ApiError& error) {
  nlohmann::ordered_json body = {{"code", error.code}, {"message", error.message}, {"hint", error.hint}};
  if (!error.more.empty()) body.update(nlohmann::ordered_json::parse("{" + error.more + "}"));
  Response response;
  response.status = error.status;
  response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  response.headers = error.headers;
  return response;
}

void wipe_request(Request& request) {
  const auto overwrite = [](std::string& text) { sesame::wipe(text.data(), text.size()); };
  for (std::string* text : {&request.path, &request.body}) overwrite(*text);
  for (auto* fields : {&request.query, &request.headers}) {
    for (auto& [name, value] : *fields) overwrite(value);
  }
}

}  // namespace sesame::sim
