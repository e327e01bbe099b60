// Something that another user of the machine does. Only root can be one; elsewhere the rule itself
// (host/io/peer.hpp) is tested, and that this user and root may.
#pragma once

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace sesame::test {

inline constexpr uid_t kNobody = 65534;

inline bool can_be_another_user() { return ::geteuid() == 0; }

// Whether `act` returns true in a process of that user's, which is gone afterwards.
template <class Act>
bool as_nobody(Act act) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    const bool changed = ::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
                         ::setresuid(kNobody, kNobody, kNobody) == 0;
    ::_exit(changed ? (act() ? 0 : 1) : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
    throw std::runtime_error("the other user's process did not end as it should");
  return WEXITSTATUS(status) == 0;
}

}  // namespace sesame::test
