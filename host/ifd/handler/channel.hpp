// One reader of pcscd: the two connections to the `sesame reader serve` at their other end
// (host/ifd/wire.hpp). It understands nothing of what passes through.
//
// No peer is a reader without a card; so is a process of a user who is neither the socket's owner nor root;
// so is a peer that says anything that is not the protocol, or nothing for too long. All of it may be called
// from several threads: one asks, one waits for news, one closes.
#pragma once

#include <sys/un.h>

#include <atomic>
#include <chrono>
#include <mutex>

#include "host/ifd/handler/system.hpp"
#include "host/ifd/wire.hpp"

namespace sesame::ifd {

// How long the reader may take: about itself it knows at once; a card has its own time-outs below the second;
// and for a PIN is typed, for no longer than the core lets them (kLongestPinEntry), and then the card works.
inline constexpr std::chrono::seconds kPatienceWithQuestions{3}, kPatience{30}, kPatienceWithPeople{300};

class Channel {
 public:
  // `path` is absolute, of the socket; nothing is connected yet. False: it is no such path, or the system has
  // no descriptor left.
  bool open(std::uint32_t lun, const char* path);
  // All that ask or wait return at once.
  void close();

  enum class Outcome {
    answered,
    too_long,  // the request is longer than any; nothing was sent
    gone,      // no peer, or not any more
    silent,    // for too long; hung up
  };
  // Connects if need be. `message` gets the answer, a valid one, that `answer` points into.
  Outcome ask(std::uint32_t lun, const Request& request, std::chrono::milliseconds patience, Message& message,
              Answer& answer);
  // Whether a request would find the connection that the last one used.
  bool connected(std::uint32_t lun);

  // The last news of the card, from wait().
  bool present() const { return present_; }
  // Until there is news, or stop(), or so long.
  void wait(std::uint32_t lun, std::chrono::milliseconds time);
  void stop();

 private:
  Descriptor connect(Role role) const;
  bool alive();
  Outcome exchange(Clock::time_point until, Message& message);
  void hear();
  void lose_presence();

  // Written with both mutexes held, `asking_` first.
  bool open_ = false;
  std::uint32_t lun_ = 0;
  sockaddr_un address_{};

  Mutex asking_;
  Descriptor requests_;
  Event closing_;

  Mutex waiting_;
  Descriptor presence_;
  Event stop_;
  Clock::time_point next_try_;
  std::atomic<bool> present_ = false;
  std::atomic<bool> hung_up_ = false;  // the requests were: the reader at the other end is of no use
};

}  // namespace sesame::ifd
