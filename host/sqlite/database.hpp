// SQLite for one connection and one thread at a time: statements that are bound by position, and transactions
// that are undone where they are not committed.
//
//     sqlite::Transaction writing(database);
//     database.query("UPDATE users SET name=? WHERE id=?").with("Alice").with(7).step();
//     writing.commit();
//
// Every failure is a Failure that names the file: `invalid` where it is no database or is damaged, else
// `environment`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace sesame::sqlite {

using ByteString = std::vector<std::uint8_t>;

class Database;

// One use of a statement: what it is bound to and what it found go with it.
class Query {
 public:
  Query(const Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  // The next parameter, from the first. Text and bytes outlive the query.
  Query& with(std::int64_t value);
  Query& with(std::string_view text);
  Query& with(const std::string& text) { return with(std::string_view(text)); }
  Query& with(Bytes bytes);
  Query& with(const std::optional<std::int64_t>& value);
  Query& with(const std::optional<std::string>& text);
  Query& with_null();

  // A row is there.
  bool step();
  // Of a statement that changes rows: how many it changed.
  int run();

  int columns() const;
  std::string name(int column) const;
  bool is_null(int column) const;
  bool is_text(int column) const;
  bool is_number(int column) const;
  std::int64_t number(int column) const;
  std::string text(int column) const;
  ByteString bytes(int column) const;
  std::optional<std::int64_t> optional_number(int column) const;
  std::optional<std::string> optional_text(int column) const;

 private:
  Query& bound(int result);

  const Database& database_;
  sqlite3_stmt* statement_;
  int next_ = 1;
};

class Database {
 public:
  // When a commit is on the disk.
  enum class Sync : std::uint8_t {
    full,    // as it returns
    normal,  // with the next that is synced, at the latest as the log goes into the database
    off,     // whenever the system writes it: of what is thrown away anyway
  };

  // Opens the file, which is there, and changes nothing in it yet: it may be somebody else's. `what` it is,
  // for messages; `vfs`: SQLite's name of a file system, for tests.
  Database(std::string path, Sync sync, const char* what = "database", const char* vfs = nullptr);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  const std::string& path() const { return path_; }
  // From now on with a write-ahead log: readers and a writer do not wait for each other.
  void keep_log();

  Query query(std::string_view sql);
  void run(const std::string& statements);
  std::int64_t last_id() const;
  int changes() const;  // rows, by the last statement that changes any
  // Between transactions.
  void set_sync(Sync sync);
  // What SQLite has said last.
  [[noreturn]] void fail() const;

 private:
  void close();

  std::string path_;
  const char* what_;
  Sync sync_ = Sync::full;
  sqlite3* database_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

// Writes, all or nothing.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace sesame::sqlite
