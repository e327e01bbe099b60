#include "host/issuer/store/group_commit.hpp"

#include <algorithm>
#include <utility>

namespace sesame::issuer {

// Who comes first does the work of all who wait by then; the others wait for that.
void GroupCommit::transact(const Work& work, Lasting lasting) {
  Waiting mine;
  mine.work = &work;
  mine.lasting = lasting;
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  mine.changed.wait(lock, [&] { return mine.done || !busy_; });
  if (!mine.done) {
    busy_ = true;
    const Group group = std::exchange(queue_, {});
    lock.unlock();
    commit_or_fail(group);
    lock.lock();
    busy_ = false;
    // Each by itself: most of those who came meanwhile need not wake up for the first of them to go on.
    for (Waiting* each : group) {
      each->done = true;
      if (each != &mine) each->changed.notify_one();
    }
    if (!queue_.empty()) queue_.front()->changed.notify_one();
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
