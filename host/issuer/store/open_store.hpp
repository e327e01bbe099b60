// A store by its name: the path of an SQLite file, or the URL of a PostgreSQL database.
#pragma once

#include <memory>
#include <string>

#include "host/issuer/store/store.hpp"

namespace sesame::issuer {

// As the constructors of the stores.
std::unique_ptr<Store> open_store(const std::string& name, Store::Open open);

// The name as it may be printed: without a password.
std::string shown_store(const std::string& name);

// Not in a database of a server.
bool is_in_a_file(const std::string& name);

}  // namespace sesame::issuer
