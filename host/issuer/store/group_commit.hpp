// What stores that commit in groups have in common: the works of all threads that wait at the same time are
// one transaction, and share its sync of the disk.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

#include "host/issuer/store/store.hpp"

namespace sesame::issuer {

class GroupCommit : public Store {
 public:
  using Store::transact;
  void transact(const Work& work, Lasting lasting) final;

 protected:
  struct Waiting {
    const Work* work = nullptr;
    Lasting lasting = Lasting::synced;
    std::exception_ptr error;  // what its work threw: nothing of it is kept
    bool done = false;
    std::condition_variable changed;  // done, or its thread's turn to do the work of all
  };
  using Group = std::vector<Waiting*>;

  // All works in their order in one transaction, but for those that throw. One thread at a time.
  // Throws Failure: nothing of any of them may be taken for kept.
  virtual void commit(const Group& group) = 0;

  static bool must_sync(const Group& group);

 private:
  void commit_or_fail(const Group& group);

  std::mutex mutex_;
  Group queue_;
  bool busy_ = false;
};

}  // namespace sesame::issuer
