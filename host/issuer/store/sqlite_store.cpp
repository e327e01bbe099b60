#include "host/issuer/store/sqlite_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <fstream>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/issuer/store/sql_rows.hpp"
#include "host/sqlite/database.hpp"

namespace sesame::issuer {

namespace {

// A file of the owner's alone, before SQLite gives it the rights of others; its log gets those of the file.
void make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
    return;
  }
  if (errno == EEXIST) throw Failure(Failure::invalid, fmt::format("{}: is there already", path));
  throw Failure(Failure::environment,
                fmt::format("{}: cannot be made: {}", path, std::generic_category().message(errno)));
}

std::string boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace

class SqliteStore::Connection final : public SqlRows {
 public:
  Connection(const std::string& path, const char* vfs)
      : database_(path, sqlite::Database::Sync::full, "store", vfs) {}

  sqlite::Database& database() { return database_; }

  // Where it is alone, its transaction is rolled back as a whole.
  void work(Waiting& waiting, bool alone) {
    if (alone) return (*waiting.work)(*this);
    database_.query("SAVEPOINT work").step();
    try {
      (*waiting.work)(*this);
    } catch (...) {
      waiting.error = std::current_exception();
      database_.query("ROLLBACK TO work").step();
    }
    database_.query("RELEASE work").step();
  }

  void make() {
    database_.keep_log();
    sqlite::Transaction making(database_);
    database_.run(tables({"INTEGER", "BLOB", "STRICT"}));
    database_.run(fmt::format("PRAGMA user_version={}", kSchema));
    making.commit();
  }
  void use() {
    const auto number = [&](std::string_view sql) {
      sqlite::Query asked = database_.query(sql);
      asked.step();
      return asked.number(0);
    };
    if (number("SELECT count(*) FROM sqlite_master WHERE name='audit'") != 1 ||
        number("PRAGMA user_version") != kSchema) {
      throw Failure(Failure::invalid, database_.path() + ": is no store of this version");
    }
    database_.keep_log();
  }

 protected:
  std::int64_t run(const char* sql, const Values& values, const Look& look) override {
    sqlite::Query query = database_.query(sql);
    for (const Value& value : values) std::visit([&](const auto& each) { query.with(each); }, value);
    while (query.step()) look(Row(query));
    return database_.changes();
  }

 private:
  class Row final : public Found {
   public:
    explicit Row(const sqlite::Query& query) : query_(query) {}
    std::int64_t number(int column) const override { return query_.number(column); }
    ByteString bytes(int column) const override { return query_.bytes(column); }

   private:
    const sqlite::Query& query_;
  };

  sqlite::Database database_;
};

SqliteStore::SqliteStore(const std::string& path, Open open, const char* vfs, std::optional<std::string> era)
    : era_(era ? std::move(*era) : boot()) {
  if (open == Open::make) {
    make_file(path);
  } else if (::access(path.c_str(), F_OK) != 0) {
    throw Failure(Failure::invalid, fmt::format("{}: {}; `sesame issuer init` makes a store", path,
                                                std::generic_category().message(errno)));
  }
  connection_ = std::make_unique<Connection>(path, vfs);
  open == Open::make ? connection_->make() : connection_->use();
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::commit(const Group& group) {
  sqlite::Database& database = connection_->database();
  database.set_sync(must_sync(group) ? sqlite::Database::Sync::full : sqlite::Database::Sync::normal);
  sqlite::Transaction writing(database);
  for (Waiting* each : group) connection_->work(*each, group.size() == 1);
  writing.commit();
}

}  // namespace sesame::issuer
