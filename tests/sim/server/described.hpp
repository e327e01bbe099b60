// Checks every response against openapi.json: its status, its type and, where it is JSON, its body; and every
// event.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace sesame::sim {

const nlohmann::json& openapi();

// What the description, another than that of the readers where it is given, does not allow; empty: nothing.
// `path` is without its query.
std::string undescribed(const nlohmann::json& description, const std::string& method, const std::string& path,
                        int status, const std::string& type, const std::string& body);
std::string undescribed(const std::string& method, const std::string& path, int status,
                        const std::string& type, const std::string& body);
// The same of a request that was answered with success: its body, and its query's names.
std::string undescribed_request(const nlohmann::json& description, const std::string& method,
                                const std::string& path, const std::map<std::string, std::string>& query,
                                const std::string& body);
std::string undescribed_event(const std::string& data);

}  // namespace sesame::sim
