// A store in one SQLite file, for any number of processes on one machine: write-ahead log, synchronous=FULL.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/issuer/store/store.hpp"

namespace sesame::issuer {

class SqliteStore final : public Store {
 public:
  enum class Open { existing, make };
  // Of the owner's alone. Failure(Failure::invalid): there is none, or there is one that was to be made, or
  // it is no store; Failure(Failure::environment) where the system says no. `vfs`: SQLite's name of a file
  // system, for tests.
  SqliteStore(const std::string& path, Open open, const char* vfs = nullptr,
              std::optional<std::string> era = std::nullopt);
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;
  ~SqliteStore() override;

  using Store::transact;
  void transact(const Work& work, Lasting lasting) override;
  std::string era() override { return era_; }

 private:
  class Connection;
  struct Waiting;
  void commit_together(const std::vector<Waiting*>& batch);

  std::unique_ptr<Connection> connection_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting*> queue_;
  bool busy_ = false;
  std::string era_;
};

}  // namespace sesame::issuer
