#include "host/issuer/store/sqlite_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/issuer/store/sql_rows.hpp"

namespace sesame::issuer {

namespace {

constexpr int kBusyMilliseconds = 30'000;

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
  Connection(std::string path, const char* vfs) : path_(std::move(path)) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    const int result = sqlite3_open_v2(path_.c_str(), &database_, flags, vfs);
    if (result != SQLITE_OK) {
      const std::string reason = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
      sqlite3_close_v2(database_);
      throw Failure(Failure::invalid,
                    fmt::format("{}: {}; `sesame issuer init` makes a store", path_, reason));
    }
    sqlite3_busy_timeout(database_, kBusyMilliseconds);
    sqlite3_extended_result_codes(database_, 1);
  }
  ~Connection() override {
    for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close_v2(database_);
  }

  using SqlRows::run;
  void run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  // Where it is alone, its transaction is rolled back as a whole.
  void work(Waiting& waiting, bool alone) {
    if (alone) return (*waiting.work)(*this);
    run("SAVEPOINT work");
    try {
      (*waiting.work)(*this);
    } catch (...) {
      waiting.error = std::current_exception();
      run("ROLLBACK TO work");
    }
    run("RELEASE work");
  }
  void try_run(const char* sql) { sqlite3_exec(database_, sql, nullptr, nullptr, nullptr); }

  void make() {
    prepare_to_write();
    run("BEGIN IMMEDIATE");
    run(tables({"INTEGER", "BLOB", "STRICT"}).c_str());
    run(fmt::format("PRAGMA user_version={}", kSchema).c_str());
    run("COMMIT");
  }
  void use() {
    std::int64_t tables = 0, schema = 0;
    run("SELECT count(*) FROM sqlite_master WHERE name='audit'", {},
        [&](const Found& found) { tables = found.number(0); });
    run("PRAGMA user_version", {}, [&](const Found& found) { schema = found.number(0); });
    if (tables != 1 || schema != kSchema) {
      throw Failure(Failure::invalid, path_ + ": is no store of this version");
    }
    prepare_to_write();
  }
  // Between transactions. NORMAL syncs the log before it goes into the database, and else not.
  void sync_commits(bool sync) {
    if (syncs_ == sync) return;
    run(sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    syncs_ = sync;
  }

 protected:
  std::int64_t run(const char* sql, const Values& values, const Look& look) override {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr &&
        sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
      fail();
    }
    const Use use(statement);
    int place = 1;
    for (const Value& value : values) {
      if (std::visit([&](const auto& each) { return bind(statement, place, each); }, value) != SQLITE_OK)
        fail();
      ++place;
    }
    int result = 0;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) look(Row(statement));
    if (result != SQLITE_DONE) fail();
    return sqlite3_changes(database_);
  }

 private:
  // What a statement is bound to and what it found go with its use.
  class Use {
   public:
    explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() {
      sqlite3_reset(statement_);
      sqlite3_clear_bindings(statement_);
    }

   private:
    sqlite3_stmt* statement_;
  };
  class Row final : public Found {
   public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    std::int64_t number(int column) const override { return sqlite3_column_int64(statement_, column); }
    ByteString bytes(int column) const override {
      const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
      const int size = sqlite3_column_bytes(statement_, column);
      return data == nullptr ? ByteString{} : ByteString(data, data + size);
    }

   private:
    sqlite3_stmt* statement_;
  };

  static int bind(sqlite3_stmt* to, int place, std::int64_t value) {
    return sqlite3_bind_int64(to, place, value);
  }
  static int bind(sqlite3_stmt* to, int place, std::string_view text) {
    return sqlite3_bind_text(to, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  static int bind(sqlite3_stmt* to, int place, Bytes bytes) {
    static constexpr std::uint8_t kNone = 0;  // a null pointer would be NULL
    const void* data = bytes.empty() ? &kNone : bytes.data();
    return sqlite3_bind_blob(to, place, data, static_cast<int>(bytes.size()), SQLITE_STATIC);
  }

  void prepare_to_write() {
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
  }

  // What SQLite could not do. A file that is no database, or was damaged, is a bad file; all else is the
  // machine's.
  [[noreturn]] void fail() const {
    const std::string reason = path_ + ": " + sqlite3_errmsg(database_);
    switch (sqlite3_extended_errcode(database_) & 0xFF) {
      case SQLITE_NOTADB:
        throw Failure(Failure::invalid, fmt::format("{}: is no store: {}", path_, sqlite3_errmsg(database_)));
      case SQLITE_CORRUPT:
        throw Failure(Failure::invalid,
                      fmt::format("{}: is damaged: {}; put a copy from a backup in its place", path_,
                                  sqlite3_errmsg(database_)));
      case SQLITE_FULL: throw Failure(Failure::environment, reason + "; make room there");
      case SQLITE_IOERR: {
        const int error = sqlite3_system_errno(database_);
        if (error == 0) break;
        throw Failure(Failure::environment,
                      fmt::format("{}: {}", reason, std::generic_category().message(error)));
      }
      default: break;
    }
    throw Failure(Failure::environment, reason);
  }

  std::string path_;
  sqlite3* database_ = nullptr;
  std::map<const char*, sqlite3_stmt*> statements_;
  bool syncs_ = true;
};

SqliteStore::SqliteStore(const std::string& path, Open open, const char* vfs, std::optional<std::string> era)
    : era_(era ? std::move(*era) : boot()) {
  if (open == Open::make) make_file(path);
  connection_ = std::make_unique<Connection>(path, vfs);
  open == Open::make ? connection_->make() : connection_->use();
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::commit(const Group& group) {
  try {
    connection_->sync_commits(must_sync(group));
    connection_->run("BEGIN IMMEDIATE");
    for (Waiting* each : group) connection_->work(*each, group.size() == 1);
    connection_->run("COMMIT");
  } catch (...) {
    connection_->try_run("ROLLBACK");
    throw;
  }
}

}  // namespace sesame::issuer
