#include "host/issuer/store/open_store.hpp"

#include "host/issuer/store/postgresql_store.hpp"
#include "host/issuer/store/sqlite_store.hpp"

namespace sesame::issuer {

std::unique_ptr<Store> open_store(const std::string& name, Store::Open open) {
  if (is_in_a_file(name)) return std::make_unique<SqliteStore>(name, open);
  return std::make_unique<PostgresqlStore>(name, open);
}

std::string shown_store(const std::string& name) {
  return is_in_a_file(name) ? name : PostgresqlStore::shown(name);
}

bool is_in_a_file(const std::string& name) { return !PostgresqlStore::is_url(name); }

}  // namespace sesame::issuer
