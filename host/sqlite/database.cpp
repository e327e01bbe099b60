#include "host/sqlite/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <system_error>

#include "host/base/failure.hpp"

namespace sesame::sqlite {

namespace {

constexpr int kBusyMilliseconds = 30'000;

[[noreturn]] void fail(sqlite3* database) {
  const std::string reason = sqlite3_errmsg(database);
  switch (sqlite3_extended_errcode(database) & 0xFF) {
    case SQLITE_NOTADB: throw Failure(Failure::invalid, "is no database: " + reason);
    case SQLITE_CORRUPT:
      throw Failure(Failure::invalid, "is damaged: " + reason + "; put a copy from a backup in its place");
    case SQLITE_FULL: throw Failure(Failure::environment, reason + "; make room there");
    case SQLITE_IOERR:
      if (const int error = sqlite3_system_errno(database); error != 0) {
        throw Failure(Failure::environment,
                      fmt::format("{}: {}", reason, std::generic_category().message(error)));
      }
      break;
    default: break;
  }
  throw Failure(Failure::environment, reason);
}

}  // namespace

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bound(int result) {
  if (result != SQLITE_OK) fail(database_);
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
  if (result != SQLITE_DONE) fail(database_);
  return false;
}

int Query::run() {
  step();
  return sqlite3_changes(database_);
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

Database::Database(const std::string& path, Sync sync) : path_(path) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
    const std::string reason = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
    sqlite3_close_v2(database_);
    throw Failure(Failure::environment, fmt::format("{}: {}", path, reason));
  }
  sqlite3_busy_timeout(database_, kBusyMilliseconds);
  sqlite3_extended_result_codes(database_, 1);
  try {
    run("PRAGMA journal_mode=WAL");
    run(sync == Sync::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
    run("PRAGMA foreign_keys=ON");
  } catch (const Failure& failure) {
    sqlite3_close_v2(database_);
    throw Failure(failure.kind(), fmt::format("{}: {}", path, failure.what()));
  }
}

Database::~Database() {
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(database_);
}

Query Database::query(const std::string& sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr && sqlite3_prepare_v3(database_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                                 &statement, nullptr) != SQLITE_OK) {
    fail(database_);
  }
  return {database_, statement};
}

void Database::run(const std::string& statements) {
  if (sqlite3_exec(database_, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_);
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(database_); }

Transaction::Transaction(Database& database) : database_(database) { database_.run("BEGIN IMMEDIATE"); }
Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Failure&) {  // SQLite has undone it already
  }
}
void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace sesame::sqlite
