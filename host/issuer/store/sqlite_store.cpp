#include "host/issuer/store/sqlite_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"

namespace sesame::issuer {

namespace {

constexpr int kBusyMilliseconds = 30'000;
constexpr int kSchema = 1;

constexpr const char* kTables = R"(
CREATE TABLE cards (
  id INTEGER PRIMARY KEY, customer TEXT NOT NULL, pan_hash BLOB NOT NULL, sealed_pan BLOB NOT NULL,
  sealed_key BLOB NOT NULL, policy TEXT NOT NULL, last_atc INTEGER NOT NULL, failures INTEGER NOT NULL,
  prepaid TEXT NOT NULL, state INTEGER NOT NULL, since INTEGER NOT NULL, replaces INTEGER NOT NULL,
  revision INTEGER NOT NULL, mac BLOB NOT NULL) STRICT;
CREATE INDEX cards_by_pan ON cards (pan_hash);
CREATE INDEX cards_by_customer ON cards (customer);
CREATE TABLE audit (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, card INTEGER NOT NULL, revision INTEGER NOT NULL,
  event TEXT NOT NULL, detail TEXT NOT NULL, chain BLOB NOT NULL) STRICT;
CREATE INDEX audit_by_card ON audit (card, number);
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
)";

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

// What SQLite could not do. A file that is no database, or was damaged, is a bad file; all else is the
// machine's.
[[noreturn]] void fail(sqlite3* database) {
  const std::string reason = sqlite3_errmsg(database);
  switch (sqlite3_extended_errcode(database) & 0xFF) {
    case SQLITE_NOTADB: throw Failure(Failure::invalid, "is no store: " + reason);
    case SQLITE_CORRUPT:
      throw Failure(Failure::invalid, "is damaged: " + reason + "; put a copy from a backup in its place");
    case SQLITE_FULL: throw Failure(Failure::environment, reason + "; make room there");
    case SQLITE_IOERR: {
      const int error = sqlite3_system_errno(database);
      if (error == 0) break;
      throw Failure(Failure::environment,
                    fmt::format("{}: {}", reason, std::generic_category().message(error)));
    }
    default: break;
  }
  throw Failure(Failure::environment, reason);
}

// One use of a statement: what it is bound to and what it found go with it.
class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  Query& with(std::int64_t value) { return bound(sqlite3_bind_int64(statement_, next_++, value)); }
  Query& with(std::string_view text) {
    return bound(
        sqlite3_bind_text(statement_, next_++, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
  }
  Query& with(Bytes bytes) {
    static constexpr std::uint8_t kNone = 0;  // a null pointer would be NULL
    const void* data = bytes.empty() ? &kNone : bytes.data();
    return bound(sqlite3_bind_blob(statement_, next_++, data, static_cast<int>(bytes.size()), SQLITE_STATIC));
  }

  // A row is there.
  bool step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) fail(database_);
    return false;
  }

  std::int64_t number(int column) { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) {
    const ByteString all = bytes(column);
    return {all.begin(), all.end()};
  }
  ByteString bytes(int column) {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? ByteString{} : ByteString(data, data + size);
  }

 private:
  Query& bound(int result) {
    if (result != SQLITE_OK) fail(database_);
    return *this;
  }

  sqlite3* database_;
  sqlite3_stmt* statement_;
  int next_ = 1;
};

}  // namespace

class SqliteStore::Connection final : public Rows {
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

  void run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_);
  }
  void try_run(const char* sql) { sqlite3_exec(database_, sql, nullptr, nullptr, nullptr); }

  void prepare_to_write() {
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
  }
  // Between transactions. NORMAL syncs the log before it goes into the database, and else not.
  void sync_commits(bool sync) {
    if (syncs_ == sync) return;
    run(sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    syncs_ = sync;
  }
  bool is_a_store() {
    return query("SELECT 1 FROM sqlite_master WHERE name='audit'").step() && schema() == kSchema;
  }

  // ---- Rows

  std::optional<CardRow> card(CardId id) override {
    Query found = query("SELECT * FROM cards WHERE id=?");
    if (!found.with(id).step()) return std::nullopt;
    return card_row(found);
  }
  std::vector<CardRow> cards_of(Bytes pan_hash) override {
    Query found = query("SELECT * FROM cards WHERE pan_hash=? ORDER BY id");
    std::vector<CardRow> rows;
    found.with(pan_hash);
    while (found.step()) rows.push_back(card_row(found));
    return rows;
  }
  std::vector<CardRow> cards_of(std::string_view customer) override {
    Query found = query("SELECT * FROM cards WHERE customer=? ORDER BY id");
    std::vector<CardRow> rows;
    found.with(customer);
    while (found.step()) rows.push_back(card_row(found));
    return rows;
  }
  std::vector<CardRow> cards_from(CardId first, std::size_t most) override {
    Query found = query("SELECT * FROM cards WHERE id>=? ORDER BY id LIMIT ?");
    std::vector<CardRow> rows;
    found.with(first).with(static_cast<std::int64_t>(most));
    while (found.step()) rows.push_back(card_row(found));
    return rows;
  }
  CardId next_id() override {
    Query found = query("SELECT coalesce(max(id), 0) + 1 FROM cards");
    found.step();
    return found.number(0);
  }
  void insert(const CardRow& row) override {
    Query insert = query("INSERT INTO cards VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.with(row.id);
    with_rest(insert, row).step();
  }
  bool update(const CardRow& row, std::int64_t revision) override {
    Query update = query(
        "UPDATE cards SET customer=?, pan_hash=?, sealed_pan=?, sealed_key=?, policy=?, last_atc=?, "
        "failures=?, "
        "prepaid=?, state=?, since=?, replaces=?, revision=?, mac=? WHERE id=? AND revision=?");
    with_rest(update, row).with(row.id).with(revision).step();
    return sqlite3_changes(database_) == 1;
  }

  std::optional<AuditRow> last_audit() override {
    Query found = query("SELECT * FROM audit ORDER BY number DESC LIMIT 1");
    return found.step() ? std::optional(audit_row(found)) : std::nullopt;
  }
  std::optional<AuditRow> last_audit_of(CardId card) override {
    Query found = query("SELECT * FROM audit WHERE card=? ORDER BY number DESC LIMIT 1");
    return found.with(card).step() ? std::optional(audit_row(found)) : std::nullopt;
  }
  void append(const AuditRow& row) override {
    query("INSERT INTO audit VALUES (?,?,?,?,?,?,?)")
        .with(row.number)
        .with(row.at)
        .with(row.card)
        .with(row.revision)
        .with(std::string_view(row.event))
        .with(std::string_view(row.detail))
        .with(Bytes(row.chain))
        .step();
  }
  void each_audit(std::int64_t from, const std::function<void(const AuditRow&)>& look) override {
    Query found = query("SELECT * FROM audit WHERE number>=? ORDER BY number");
    found.with(from);
    while (found.step()) look(audit_row(found));
  }

  std::optional<ByteString> value(std::string_view name) override {
    Query found = query("SELECT value FROM meta WHERE name=?");
    return found.with(name).step() ? std::optional(found.bytes(0)) : std::nullopt;
  }
  void set_value(std::string_view name, Bytes value) override {
    query("INSERT INTO meta VALUES (?,?) ON CONFLICT (name) DO UPDATE SET value=excluded.value")
        .with(name)
        .with(value)
        .step();
  }

  std::string in_words(const std::exception& error) const {
    return fmt::format("{}: {}", path_, error.what());
  }

 private:
  std::int64_t schema() {
    Query found = query("PRAGMA user_version");
    return found.step() ? found.number(0) : 0;
  }

  Query query(const char* sql) {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr &&
        sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
      fail(database_);
    }
    return {database_, statement};
  }

  static CardRow card_row(Query& from) {
    CardRow row;
    row.id = from.number(0);
    row.customer = from.text(1);
    row.pan_hash = from.bytes(2);
    row.sealed_pan = from.bytes(3);
    row.sealed_key = from.bytes(4);
    row.policy = from.text(5);
    row.prepaid = from.text(8);
    row.since = from.number(10);
    row.replaces = from.number(11);
    row.revision = from.number(12);
    row.mac = from.bytes(13);
    // What was not written by us has no MAC.
    const auto of_ours = [&](int column, std::int64_t most) {
      const std::int64_t value = from.number(column);
      if (value < 0 || value > most) row.mac.clear();
      return value;
    };
    row.last_atc = static_cast<std::uint16_t>(of_ours(6, 0xFFFF));
    row.failures = static_cast<std::uint8_t>(of_ours(7, 0xFF));
    row.state = static_cast<CardState>(of_ours(9, static_cast<std::int64_t>(CardState::ended)));
    return row;
  }
  static Query& with_rest(Query& query, const CardRow& row) {
    return query.with(std::string_view(row.customer))
        .with(Bytes(row.pan_hash))
        .with(Bytes(row.sealed_pan))
        .with(Bytes(row.sealed_key))
        .with(std::string_view(row.policy))
        .with(std::int64_t{row.last_atc})
        .with(std::int64_t{row.failures})
        .with(std::string_view(row.prepaid))
        .with(static_cast<std::int64_t>(row.state))
        .with(row.since)
        .with(row.replaces)
        .with(row.revision)
        .with(Bytes(row.mac));
  }
  static AuditRow audit_row(Query& from) {
    return {from.number(0), from.number(1), from.number(2), from.number(3),
            from.text(4),   from.text(5),   from.bytes(6)};
  }

  std::string path_;
  sqlite3* database_ = nullptr;
  std::map<const char*, sqlite3_stmt*> statements_;
  bool syncs_ = true;
};

struct SqliteStore::Waiting {
  const Work* work;
  Lasting lasting;
  std::exception_ptr error;
  bool done = false;
};

SqliteStore::SqliteStore(const std::string& path, Open open, const char* vfs, std::optional<std::string> era)
    : era_(era ? std::move(*era) : boot()) {
  if (open == Open::make) make_file(path);
  connection_ = std::make_unique<Connection>(path, vfs);
  try {
    if (open == Open::make) {
      connection_->prepare_to_write();
      connection_->run("BEGIN IMMEDIATE");
      connection_->run(kTables);
      connection_->run(fmt::format("PRAGMA user_version={}", kSchema).c_str());
      connection_->run("COMMIT");
    } else if (!connection_->is_a_store()) {
      throw Failure(Failure::invalid, "is no store of this version");
    } else {
      connection_->prepare_to_write();
    }
  } catch (const Failure& failure) {
    throw Failure(failure.kind(), connection_->in_words(failure));
  }
}

SqliteStore::~SqliteStore() = default;

// Who comes first does the work of all who wait by then, in one transaction; the others wait for that.
void SqliteStore::transact(const Work& work, Lasting lasting) {
  Waiting mine{&work, lasting, nullptr};
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  changed_.wait(lock, [&] { return mine.done || !busy_; });
  if (!mine.done) {
    busy_ = true;
    const std::vector<Waiting*> batch = std::exchange(queue_, {});
    lock.unlock();
    commit_together(batch);
    lock.lock();
    busy_ = false;
    for (Waiting* each : batch) each->done = true;
    changed_.notify_all();
  }
  lock.unlock();
  if (mine.error) std::rethrow_exception(mine.error);
}

void SqliteStore::commit_together(const std::vector<Waiting*>& batch) {
  try {
    connection_->sync_commits(std::any_of(
        batch.begin(), batch.end(), [](const Waiting* each) { return each->lasting == Lasting::synced; }));
    connection_->run("BEGIN IMMEDIATE");
    for (Waiting* each : batch) {
      connection_->run("SAVEPOINT work");
      try {
        (*each->work)(*connection_);
      } catch (...) {
        each->error = std::current_exception();
        connection_->run("ROLLBACK TO work");
      }
      connection_->run("RELEASE work");
    }
    connection_->run("COMMIT");
  } catch (const std::exception& error) {
    connection_->try_run("ROLLBACK");
    const auto* failure = dynamic_cast<const Failure*>(&error);
    const auto failed = std::make_exception_ptr(
        Failure(failure != nullptr ? failure->kind() : Failure::environment, connection_->in_words(error)));
    for (Waiting* each : batch) {
      if (!each->error) each->error = failed;
    }
  }
}

}  // namespace sesame::issuer
