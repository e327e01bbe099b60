// A socket between a client of PostgreSQL and its server, which does something amid their dialogue.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/postgresql_server.hpp"

namespace sesame::issuer::test {

class CutConnection {
 public:
  explicit CutConnection(const sesame::test::PostgresqlServer& server);
  CutConnection(const CutConnection&) = delete;
  CutConnection& operator=(const CutConnection&) = delete;
  ~CutConnection();

  // Of a database of the server, by this way.
  std::string url(const std::string& database) const;

  enum class When { before, after };
  // Before the n-th message from now on gets to the server; or after the server has done what it says, and
  // before the client learns of it: then it never does. While no dialogue is under way.
  void at(int message, When when, std::function<void()> act);
  bool has_acted() const { return acted_; }

 private:
  struct Pair {
    int client, server;
  };
  void work();
  // False: it is over.
  bool pass(const Pair& pair);
  bool pass_to_server(const Pair& pair, const std::string& bytes);

  sesame::test::TemporaryFolder folder_;
  std::string server_;
  int listener_ = -1, end_[2] = {-1, -1};
  std::vector<Pair> pairs_;
  std::atomic<int> left_ = 0;
  std::atomic<bool> acted_ = false;
  When when_ = When::before;
  std::function<void()> act_;
  std::thread thread_;
};

}  // namespace sesame::issuer::test
