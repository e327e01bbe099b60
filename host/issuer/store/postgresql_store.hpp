// A store in a schema of a PostgreSQL database, for any number of verifiers on any number of machines.
//
// Each transaction holds the store's lock from its beginning on (an advisory lock, which goes with the
// transaction or the connection), as the audit is one chain: so none sees half of another, and of two that
// would accept the same code the second sees what the first one has done. What is synced is committed with
// synchronous_commit=on, whatever the server's default. A connection that is lost amid a transaction fails
// its works, and the next ones connect again.
//
// A URL may have a password in it, which is never printed; but who lists the processes of a machine reads it.
// libpq takes one from a file (PGPASSFILE, `passfile=` in the URL, ~/.pgpass) or from PGPASSWORD.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/issuer/store/group_commit.hpp"

namespace sesame::issuer {

class PostgresqlStore final : public GroupCommit {
 public:
  // `url`: postgresql://[user@]host[:port]/database, as libpq takes it.
  // Failure(Failure::invalid): it is no URL, there is no store, there is one that was to be made, or it is of
  // another version; Failure(Failure::environment): the server is not to be reached, or refuses. `era`: for
  // tests.
  PostgresqlStore(const std::string& url, Open open, std::optional<std::string> era = std::nullopt);
  PostgresqlStore(const PostgresqlStore&) = delete;
  PostgresqlStore& operator=(const PostgresqlStore&) = delete;
  ~PostgresqlStore() override;

  static bool is_url(std::string_view store);
  // Without its password, and without its parameters. Failure(Failure::invalid): it is no URL of PostgreSQL;
  // the message has nothing of it.
  static std::string shown(const std::string& url);

  // A crash of the server loses what was visible alone, as a loss of power does: then it is another one.
  std::string era() override;

 protected:
  void commit(const Group& group) override;

 private:
  class Connection;
  bool try_to_commit(const Group& group);
  void begin(bool sync);
  void roll_back();

  std::string url_, name_;
  std::optional<std::string> era_;
  std::unique_ptr<Connection> connection_;  // none: it was lost
};

}  // namespace sesame::issuer
