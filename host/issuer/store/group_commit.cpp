#include "host/issuer/store/group_commit.hpp"

#include <algorithm>
#include <utility>

namespace sesame::issuer {

// Who comes first does the work of all who wait by then; the others wait for that.
void GroupCommit::transact(const Work& work, Lasting lasting) {
  Waiting mine{&work, lasting, nullptr};
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  changed_.wait(lock, [&] { return mine.done || !busy_; });
  if (!mine.done) {
    busy_ = true;
    const Group group = std::exchange(queue_, {});
    lock.unlock();
    commit_or_fail(group);
    lock.lock();
    busy_ = false;
    for (Waiting* each : group) each->done = true;
    changed_.notify_all();
  }
  lock.unlock();
  if (mine.error) std::rethrow_exception(mine.error);
}

void GroupCommit::commit_or_fail(const Group& group) {
  try {
    commit(group);
  } catch (...) {
    for (Waiting* each : group) {
      if (!each->error) each->error = std::current_exception();
    }
  }
}

bool GroupCommit::must_sync(const Group& group) {
  return std::any_of(group.begin(), group.end(),
                     [](const Waiting* each) { return each->lasting == Lasting::synced; });
}

}  // namespace sesame::issuer
