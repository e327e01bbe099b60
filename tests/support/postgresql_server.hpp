// A PostgreSQL server of a test's own: in a folder that goes with it, at a Unix socket in there and nowhere
// else, as an ordinary user (where root runs the test, as `postgres` or `nobody`). It ends with the test,
// however that ends.
//
//   test::PostgresqlServer& server = test::postgresql();     // one for all tests of a process
//   PostgresqlStore store(server.new_database(), Store::Open::make);
//
// What cannot be had throws std::runtime_error, with why and what to do: a test that cannot run fails.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace sesame::test {

class PostgresqlServer {
 public:
  enum class Sync {
    off,
    on
  };  // without it, what a killed server has committed stays; a loss of power is no test
  explicit PostgresqlServer(Sync sync = Sync::off);  // up when this returns
  PostgresqlServer(const PostgresqlServer&) = delete;
  PostgresqlServer& operator=(const PostgresqlServer&) = delete;
  ~PostgresqlServer();

  // An empty database; its URL.
  std::string new_database();
  std::string url(const std::string& database) const;
  // Of another one, for a user `guarded`, who is asked for the password: it is `right`.
  std::string guarded_url();
  // The same by another socket, in that folder.
  static std::string url(const std::filesystem::path& folder, const std::string& database);
  std::filesystem::path socket() const;

  // What a statement found first; "" for nothing. Several statements are one transaction.
  static std::string sql(const std::string& url, const std::string& statements);

  void kill();   // SIGKILL; gone with all its processes when this returns
  void start();  // again, after that
  // SIGKILL to the process that serves the clients of a database, which takes all others along; the server
  // has recovered when this returns.
  void kill_backends(const std::string& url);
  // SIGTERM to them, from within.
  void terminate_backends(const std::string& url);

  std::string log();

 private:
  pid_t spawn(const std::string& program, const std::vector<std::string>& arguments);
  void end(int signal);
  void listen(int from);
  void wait_for_ready(std::size_t times);

  TemporaryFolder folder_;
  std::string bin_;
  Sync sync_;
  pid_t pid_ = 0;
  int databases_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string log_;
  bool ended_ = true;  // nobody has the log any more
  std::thread listener_;
};

PostgresqlServer& postgresql();

}  // namespace sesame::test
