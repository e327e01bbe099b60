#include "host/sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <system_error>
#include <utility>

#include "host/base/failure.hpp"

namespace sesame::sqlite {

namespace {

constexpr int kBusyMilliseconds = 30'000;

constexpr const char* pragma(Database::Sync sync) {
  switch (sync) {
    case Database::Sync::full: return "PRAGMA synchronous=FULL";
    case Database::Sync::normal: return "PRAGMA synchronous=NORMAL";
    case Database::Sync::off: return "PRAGMA synchronous=OFF";
  }
  return "";
}

}  // namespace

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bound(int result) {
  if (result != SQLITE_OK) database_.fail();
  return *this;
}

Query& Query::with(std::int64_t value) { return bound(sqlite3_bind_int64(statement_, next_++, value)); }
Query& Query::with(std::string_view text) {
  return bound(
      sqlite3_bind_text(statement_, next_++, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
}
Query& Query::with(Bytes bytes) {
  static constexpr std::uint8_t kNone = 0;  // a null pointer would be NULL
  const void* data = bytes.empty() ? &kNone : bytes.data();
  return bound(sqlite3_bind_blob(statement_, next_++, data, static_cast<int>(bytes.size()), SQLITE_STATIC));
}
Query& Query::with(const std::optional<std::int64_t>& value) { return value ? with(*value) : with_null(); }
Query& Query::with(const std::optional<std::string>& text) {
  return text ? with(std::string_view(*text)) : with_null();
}
Query& Query::with_null() { return bound(sqlite3_bind_null(statement_, next_++)); }

bool Query::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) database_.fail();
  return false;
}

int Query::run() {
  step();
  return database_.changes();
}

int Query::columns() const { return sqlite3_column_count(statement_); }
std::string Query::name(int column) const { return sqlite3_column_name(statement_, column); }
bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
bool Query::is_text(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_TEXT; }
bool Query::is_number(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_INTEGER; }
std::int64_t Query::number(int column) const { return sqlite3_column_int64(statement_, column); }
std::string Query::text(int column) const {
  const ByteString all = bytes(column);
  return {all.begin(), all.end()};
}
ByteString Query::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? ByteString{} : ByteString(data, data + size);
}
std::optional<std::int64_t> Query::optional_number(int column) const {
  return is_null(column) ? std::nullopt : std::optional(number(column));
}
std::optional<std::string> Query::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

Database::Database(std::string path, Sync sync, const char* what, const char* vfs)
    : path_(std::move(path)), what_(what) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  try {
    if (sqlite3_open_v2(path_.c_str(), &database_, flags, vfs) != SQLITE_OK) fail();
    sqlite3_busy_timeout(database_, kBusyMilliseconds);
    sqlite3_extended_result_codes(database_, 1);
    run("PRAGMA foreign_keys=ON");
    run(pragma(sync_ = sync));
  } catch (...) {
    close();
    throw;
  }
}

Database::~Database() { close(); }

void Database::close() {
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(database_);
}

void Database::fail() const {
  if (database_ == nullptr) throw Failure(Failure::environment, path_ + ": out of memory");
  const std::string reason = sqlite3_errmsg(database_);
  const auto say = [&](const std::string& what) { return fmt::format("{}: {}", path_, what); };
  switch (sqlite3_extended_errcode(database_) & 0xFF) {
    case SQLITE_NOTADB: throw Failure(Failure::invalid, say(fmt::format("is no {}: {}", what_, reason)));
    case SQLITE_CORRUPT:
      throw Failure(Failure::invalid,
                    say(fmt::format("is damaged: {}; put a copy from a backup in its place", reason)));
    case SQLITE_FULL: throw Failure(Failure::environment, say(reason + "; make room there"));
    case SQLITE_IOERR:
      if (const int error = sqlite3_system_errno(database_); error != 0) {
        throw Failure(Failure::environment,
                      say(fmt::format("{}: {}", reason, std::generic_category().message(error))));
      }
      break;
    default: break;
  }
  throw Failure(Failure::environment, say(reason));
}

Query Database::query(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return {*this, found->second};
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    fail();
  }
  statements_.emplace(sql, statement);
  return {*this, statement};
}

void Database::run(const std::string& statements) {
  if (sqlite3_exec(database_, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

void Database::keep_log() { run("PRAGMA journal_mode=WAL"); }

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(database_); }
int Database::changes() const { return sqlite3_changes(database_); }

void Database::set_sync(Sync sync) {
  if (sync_ == sync) return;
  run(pragma(sync));
  sync_ = sync;
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.query("BEGIN IMMEDIATE").step();
}
Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Failure&) {  // SQLite has undone it already
  }
}
void Transaction::commit() {
  database_.query("COMMIT").step();
  open_ = false;
}

}  // namespace sesame::sqlite
