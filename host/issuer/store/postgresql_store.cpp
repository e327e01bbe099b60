#include "host/issuer/store/postgresql_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <utility>

#include "host/base/failure.hpp"
#include "host/issuer/store/libpq.hpp"
#include "host/issuer/store/sql_rows.hpp"

namespace sesame::issuer {

namespace {

// Its own name in the database; the number of its lock; how often what others came in between is tried.
constexpr const char* kSchemaName = "sesame_issuer";
constexpr std::int64_t kLock = 0x536573616D65;
constexpr int kAttempts = 8;

// Others changed what this transaction has read, or waited for it as it did for them: nothing was done.
struct Conflict {};

struct Freed {
  void operator()(PGconn* connection) const { pq().PQfinish(connection); }
  void operator()(PGresult* result) const { pq().PQclear(result); }
  void operator()(PQconninfoOption* options) const { pq().PQconninfoFree(options); }
};
using Result = std::unique_ptr<PGresult, Freed>;
using Options = std::unique_ptr<PQconninfoOption, Freed>;

// A message of libpq or the server as one line.
std::string one_line(const char* message) {
  std::string line;
  for (const char* c = message == nullptr ? "" : message; *c != '\0'; ++c) {
    if (static_cast<unsigned char>(*c) >= ' ') {
      line += *c;
    } else if (*c == '\n' && c[1] != '\0') {
      line += "; ";
    }
  }
  return line;
}

const char* value_of(const PQconninfoOption* options, std::string_view keyword) {
  for (; options->keyword != nullptr; ++options) {
    if (options->keyword == keyword) return options->val;
  }
  return nullptr;
}

// libpq takes a part of a password that has reserved characters in it for a host or a port, which messages
// name.
Options parsed(const std::string& url) {
  Options options(pq().PQconninfoParse(url.c_str(), nullptr));
  const auto has_only = [&](const char* keyword, auto allowed) {
    const char* value = value_of(options.get(), keyword);
    return value == nullptr || std::all_of(value, value + std::char_traits<char>::length(value), allowed);
  };
  if (!options || !has_only("host", [](char c) { return c != '@'; }) ||
      !has_only("port", [](char c) { return (c >= '0' && c <= '9') || c == ','; })) {
    throw Failure(Failure::invalid,
                  "the store is no URL of PostgreSQL: postgresql://user@host:port/database; a password is "
                  "better in a file (PGPASSFILE), else what is no letter or digit in it is written as %25");
  }
  return options;
}

}  // namespace

bool PostgresqlStore::is_url(std::string_view store) {
  return store.starts_with("postgresql://") || store.starts_with("postgres://");
}

std::string PostgresqlStore::shown(const std::string& url) {
  parsed(url);
  const std::size_t scheme = url.find("://") + 3;
  std::string rest = url.substr(scheme), user;
  if (const std::size_t end = rest.find_first_of("@/"); end != std::string::npos && rest[end] == '@') {
    user = rest.substr(0, end);
    rest.erase(0, end + 1);
    if (const std::size_t name = user.find_first_of(":?"); name != std::string::npos)
      user.replace(name, std::string::npos, ":***");
    user += '@';
  }
  return url.substr(0, scheme) + user + rest.substr(0, rest.find('?'));
}

// ---- one connection

class PostgresqlStore::Connection final : public SqlRows {
 public:
  Connection(const std::string& url, std::string name) : name_(std::move(name)) {
    connect(parsed(url).get());
  }

  void make() {
    begin(true);
    bool there = false;
    run("SELECT 1 FROM pg_namespace WHERE nspname=$1", {std::string_view(kSchemaName)},
        [&](const Found&) { there = true; });
    if (there)
      throw Failure(Failure::invalid,
                    fmt::format("{}: is there already, as the schema {}", name_, kSchemaName));
    run(fmt::format("CREATE SCHEMA {}", kSchemaName));
    run(tables({"BIGINT", "BYTEA", ""}));
    run(fmt::format("CREATE TABLE version (schema BIGINT NOT NULL); INSERT INTO version VALUES ({})",
                    kSchema));
    commit();
  }
  void use() {
    std::int64_t tables = 0, schema = 0;
    run("SELECT count(*) FROM pg_tables WHERE schemaname=$1 AND tablename='version'",
        {std::string_view(kSchemaName)}, [&](const Found& found) { tables = found.number(0); });
    if (tables == 0) {
      throw Failure(Failure::invalid, name_ + ": there is no store; `sesame issuer init` makes one");
    }
    run("SELECT schema FROM version", {}, [&](const Found& found) { schema = found.number(0); });
    if (schema != kSchema) throw Failure(Failure::invalid, name_ + ": is no store of this version");
    if (pq().PQserverVersion(connection_.get()) < 140000) return;
    // The one tells a server that was started again, the other one that has recovered from a crash by itself.
    run("SELECT extract(epoch FROM pg_postmaster_start_time())::text || ' ' || extract(epoch FROM "
        "stats_reset)::text "
        "FROM pg_stat_wal",
        {}, [&](const Found& found) { era_ = found.text(0); });
  }

  void begin(bool sync) {
    run(
        fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit={}; "
                    "SELECT pg_advisory_xact_lock({})",
                    sync ? "on" : "off", kLock));
  }
  void commit() {
    const Result result(pq().PQexec(connection_.get(), "COMMIT"));
    if (pq().PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
      fail(result.get(), "; whether the transaction was kept the audit tells");
    }
    // A transaction that has failed is rolled back by it, and no error told.
    if (pq().PQcmdStatus(result.get()) != std::string_view("COMMIT")) {
      throw Failure(Failure::environment, name_ + ": the transaction was rolled back");
    }
  }
  void run(const std::string& sql) {
    const Result result(pq().PQexec(connection_.get(), sql.c_str()));
    const auto status = pq().PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
  }
  // Where it is alone, its transaction is rolled back as a whole.
  void work(Waiting& waiting, bool alone) {
    if (alone) return (*waiting.work)(*this);
    run("SAVEPOINT work");
    try {
      (*waiting.work)(*this);
    } catch (const Conflict&) {
      throw;
    } catch (...) {
      waiting.error = std::current_exception();
      run("ROLLBACK TO work");
    }
    run("RELEASE work");
  }
  // False: the connection is of no use any more.
  bool roll_back() {
    const Result ignored(pq().PQexec(connection_.get(), "ROLLBACK"));
    return !lost() && pq().PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
  }

  bool lost() const { return lost_ || pq().PQstatus(connection_.get()) != CONNECTION_OK; }
  const std::string& era() const { return era_; }

 protected:
  std::int64_t run(const char* sql, const Values& values, const Look& look) override {
    Parameters parameters;
    for (const Value& value : values) std::visit([&](const auto& each) { parameters.add(each); }, value);
    const auto [known, is_new] = statements_.try_emplace(sql, fmt::format("s{}", statements_.size()));
    const char* const name = known->second.c_str();
    if (is_new) {
      const Result prepared(
          pq().PQprepare(connection_.get(), name, sql, parameters.count(), parameters.types.data()));
      if (pq().PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
        statements_.erase(known);
        fail(prepared.get());
      }
    }
    const Result result(pq().PQexecPrepared(connection_.get(), name, parameters.count(),
                                            parameters.values().data(), parameters.sizes.data(),
                                            parameters.formats.data(), kBinary));
    const auto status = pq().PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
    for (int row = 0; row < pq().PQntuples(result.get()); ++row) look(Row(result.get(), row));
    // Digits, or nothing of a statement that changes no rows.
    return std::strtoll(pq().PQcmdTuples(result.get()), nullptr, 10);
  }

 private:
  static constexpr int kBinary = 1;
  static constexpr Oid kInt8 = 20, kText = 25, kBytea = 17;  // as in every PostgreSQL

  struct Parameters {
    void add(std::int64_t value) {
      std::string bytes;
      for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
      add(kInt8, std::move(bytes));
    }
    void add(std::string_view text) { add(kText, std::string(text)); }
    void add(Bytes bytes) { add(kBytea, std::string(bytes.begin(), bytes.end())); }
    void add(Oid type, std::string bytes) {
      types.push_back(type);
      sizes.push_back(static_cast<int>(bytes.size()));
      formats.push_back(kBinary);
      all.push_back(std::move(bytes));
    }
    int count() const { return static_cast<int>(types.size()); }
    std::vector<const char*> values() const {
      std::vector<const char*> pointers;
      for (const std::string& each : all) pointers.push_back(each.data());
      return pointers;
    }

    std::vector<Oid> types;
    std::vector<int> sizes, formats;
    std::vector<std::string> all;
  };

  class Row final : public Found {
   public:
    Row(PGresult* result, int row) : result_(result), row_(row) {}
    std::int64_t number(int column) const override {
      std::uint64_t value = 0;
      for (const std::uint8_t byte : bytes(column)) value = value << 8 | byte;
      return static_cast<std::int64_t>(value);
    }
    ByteString bytes(int column) const override {
      const auto* data = reinterpret_cast<const std::uint8_t*>(pq().PQgetvalue(result_, row_, column));
      return {data, data + pq().PQgetlength(result_, row_, column)};
    }

   private:
    PGresult* result_;
    int row_;
  };

  // What the URL does not say is bounded: no server keeps us waiting for long, and we keep no one waiting.
  void connect(const PQconninfoOption* given) {
    std::map<std::string, std::string> all{
        {"connect_timeout", "10"}, {"keepalives_idle", "10"},     {"keepalives_interval", "5"},
        {"keepalives_count", "3"}, {"tcp_user_timeout", "30000"}, {"fallback_application_name", "sesame"}};
    if (std::getenv("PGCONNECT_TIMEOUT") != nullptr) all.erase("connect_timeout");
    for (; given->keyword != nullptr; ++given) {
      if (given->val != nullptr) all[given->keyword] = given->val;
    }
    all["client_encoding"] = "UTF8";
    std::vector<const char*> keywords, values;
    for (const auto& [keyword, value] : all) {
      keywords.push_back(keyword.c_str());
      values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_.reset(pq().PQconnectdbParams(keywords.data(), values.data(), 0));
    if (!connection_ || pq().PQstatus(connection_.get()) != CONNECTION_OK) {
      const bool needs_password = connection_ && pq().PQconnectionNeedsPassword(connection_.get()) == 1;
      throw Failure(
          Failure::environment,
          fmt::format("{}: {}{}", name_,
                      connection_ ? one_line(pq().PQerrorMessage(connection_.get())) : "out of memory",
                      needs_password ? "; the password comes from a file: PGPASSFILE" : ""));
    }
    pq().PQsetNoticeReceiver(
        connection_.get(), [](void*, const PGresult*) {}, nullptr);
    run(
        fmt::format("SET search_path={}; SET synchronous_commit=on; SET lock_timeout='30s'; "
                    "SET idle_in_transaction_session_timeout='60s'",
                    kSchemaName));
    std::string synced;
    run("SELECT current_setting('synchronous_commit')", {},
        [&](const Found& found) { synced = found.text(0); });
    if (synced != "on") {
      throw Failure(
          Failure::environment,
          fmt::format("{}: synchronous_commit stays {}: what is accepted would not be kept", name_, synced));
    }
  }

  [[noreturn]] void fail(const PGresult* result, const char* but = "") {
    const char* const code = pq().PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string_view state = code == nullptr ? "" : code;
    const char* const primary = pq().PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const std::string reason =
        name_ + ": " + one_line(primary != nullptr ? primary : pq().PQerrorMessage(connection_.get()));
    const auto is = [&](std::initializer_list<std::string_view> states) {
      return std::any_of(states.begin(), states.end(), [&](auto each) { return state.starts_with(each); });
    };
    // Where the server is gone as we write, libpq says so, and still takes the connection for one.
    lost_ = lost_ || state.empty() || is({"57P0", "25P03", "08"}) ||
            pq().PQstatus(connection_.get()) != CONNECTION_OK;
    if (is({"40001", "40P01"})) throw Conflict{};
    if (lost_) throw Failure(Failure::environment, reason + "; the connection was lost" + but);
    if (is({"3F000", "42P01", "42703", "42804"})) {
      throw Failure(Failure::invalid, reason + "; it is no store of this version");
    }
    if (is({"XX001", "XX002"})) throw Failure(Failure::invalid, reason + "; the store is damaged");
    if (is({"22"})) throw Failure(Failure::invalid, reason);
    if (is({"53100"})) throw Failure(Failure::environment, reason + "; make room there");
    if (is({"55P03"})) throw Failure(Failure::environment, reason + "; others hold the store for long");
    if (is({"25006"}))
      throw Failure(Failure::environment, reason + "; it is a copy: name the primary server");
    throw Failure(Failure::environment, reason);
  }

  std::string name_, era_;
  std::unique_ptr<PGconn, Freed> connection_;
  std::map<const char*, std::string> statements_;
  bool lost_ = false;
};

// ---- the store

PostgresqlStore::PostgresqlStore(const std::string& url, Open open, std::optional<std::string> era)
    : url_(url),
      name_(shown(url)),
      era_(std::move(era)),
      connection_(std::make_unique<Connection>(url, name_)) {
  if (open == Open::make) connection_->make();
  connection_->use();
}

PostgresqlStore::~PostgresqlStore() = default;

std::string PostgresqlStore::era() { return era_ ? *era_ : connection_ ? connection_->era() : ""; }

void PostgresqlStore::commit(const Group& group) {
  for (int left = kAttempts; left > 0; --left) {
    if (try_to_commit(group)) return;
  }
  throw Failure(Failure::environment,
                fmt::format("{}: others came in between {} times in a row; try again", name_, kAttempts));
}

// That the connection was lost long ago is found out now, when nothing has been done yet.
void PostgresqlStore::begin(bool sync) {
  if (connection_) {
    try {
      return connection_->begin(sync);
    } catch (const Failure&) {
      if (!connection_->lost()) throw;
    }
  }
  connection_.reset();
  auto fresh = std::make_unique<Connection>(url_, name_);
  fresh->use();
  connection_ = std::move(fresh);
  connection_->begin(sync);
}

bool PostgresqlStore::try_to_commit(const Group& group) {
  try {
    begin(must_sync(group));
    for (Waiting* each : group) connection_->work(*each, group.size() == 1);
    connection_->commit();
    return true;
  } catch (const Conflict&) {
    roll_back();
    for (Waiting* each : group) each->error = nullptr;
    return false;
  } catch (...) {
    roll_back();
    throw;
  }
}

void PostgresqlStore::roll_back() {
  if (connection_ && !connection_->roll_back()) connection_.reset();
}

}  // namespace sesame::issuer
