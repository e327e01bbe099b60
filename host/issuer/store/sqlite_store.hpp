// A store in one SQLite file, for any number of processes on one machine: write-ahead log, synchronous=FULL.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/issuer/store/group_commit.hpp"

namespace sesame::issuer {

class SqliteStore final : public GroupCommit {
 public:
  using Open = Store::Open;
  // Of the owner's alone. Failure(Failure::invalid): there is none, or there is one that was to be made, or
  // it is no store; Failure(Failure::environment) where the system says no. `vfs`: SQLite's name of a file
  // system, for tests.
  SqliteStore(const std::string& path, Open open, const char* vfs = nullptr,
              std::optional<std::string> era = std::nullopt);
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;
  ~SqliteStore() override;

  std::string era() override { return era_; }

 protected:
  void commit(const Group& group) override;

 private:
  class Connection;

  std::unique_ptr<Connection> connection_;
  std::string era_;
};

}  // namespace sesame::issuer
