// A pcscd of a test's own: private socket, private configuration, no readers but those the test names.
// Several run at once, as root or as an ordinary user, beside the system's pcscd and its readers, which they
// never touch.
//
//   const auto port = pcscd::free_port();
//   pcscd::PrivateDaemon daemon({pcscd::vpcd_reader("Reader", port)});
//   …a vpicc connects to 127.0.0.1:port; SCardEstablishContext of this process reaches `daemon`;
//   …other programs do with daemon.environment().
//
// What cannot be had throws std::runtime_error, with why and what to do: a test that cannot run fails.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sesame::pcscd {

// An entry of reader.conf(5).
struct ReaderEntry {
  std::string friendly_name;  // pcscd appends " 00 00", the second slot " 00 01"
  std::string device_name;    // free text for the driver
  std::string library;        // absolute path of the IFD handler
  std::uint32_t channel = 0;
};

// A reader with two slots whose cards are TCP clients of 127.0.0.1:port and of port + 1.
ReaderEntry vpcd_reader(const std::string& name, std::uint16_t port);

// A TCP port that is free, as is the one after it. Both stay reserved for the drivers of this process's
// daemons until the process ends.
std::uint16_t free_port();

class PrivateDaemon {
 public:
  // Up, and every reader there, when this returns. From then on it is the daemon that this process reaches,
  // until another one is made. To be called by a thread that lives as long as the daemon is needed.
  explicit PrivateDaemon(const std::vector<ReaderEntry>& readers);
  PrivateDaemon(const PrivateDaemon&) = delete;
  PrivateDaemon& operator=(const PrivateDaemon&) = delete;
  ~PrivateDaemon();

  void kill();  // SIGKILL; gone when this returns
  void stop();  // SIGTERM; gone when this returns
  // SIGSTOP, as a debugger does, or a machine with no memory left: its clients wait until it goes on.
  void pause();
  void go_on();

  // The value of PCSCLITE_CSOCK_NAME for its clients, and that variable for processes to be started.
  std::string socket() const;
  std::map<std::string, std::string> environment() const;

  std::string log() const;  // what it printed so far; for the message of a failed test

 private:
  void start();
  void end(int signal);
  void wait_for(const std::vector<ReaderEntry>& readers) const;

  std::filesystem::path folder_;
  pid_t pid_ = 0;
};

}  // namespace sesame::pcscd
