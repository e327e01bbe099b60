#include "host/reader/panel/serial_device.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "host/base/failure.hpp"

namespace sesame {

namespace {

using io::Descriptor;

[[noreturn]] void fail(const std::string& path, int error) {
  throw Failure(Failure::environment, path + ": " + std::generic_category().message(error));
}

// The number of its device: also that of the terminal at /dev/tty.
std::optional<unsigned> device_of(int terminal) {
  unsigned device = 0;
  if (::ioctl(terminal, TIOCGDEV, &device) != 0) return std::nullopt;
  return device;
}

// The terminal that this process was started at, or has for its input and output.
bool is_own(const Descriptor& port) {
  const auto device = device_of(port.get());
  if (!device) return false;
  const Descriptor own(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC));
  for (const int terminal : {own.get(), STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (device_of(terminal) == device) return true;
  }
  return false;
}

Descriptor open_port(const std::string& path) {
  Descriptor port(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!port.is_open()) fail(path, errno);
  if (!is_own(port)) return port;
  throw Failure(Failure::invalid, path + ": the terminal that this runs in; name the board's serial port");
}

}  // namespace

SerialPort::SerialPort(const std::string& path) : path_(path), port_(open_port(path)) {
  if (::tcgetattr(port_.get(), &before_) != 0) {
    throw Failure(Failure::environment, path + ": not a serial port");
  }
  guard_.emplace(port_.get(), before_, io::TerminalGuard::Kind::port);
  termios settings = before_;
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  ::cfsetspeed(&settings, B115200);
  // Two programs would take each other's frames.
  if (::ioctl(port_.get(), TIOCEXCL) != 0) fail(path, errno);
  if (::tcsetattr(port_.get(), TCSANOW, &settings) != 0) {
    const int error = errno;
    ::ioctl(port_.get(), TIOCNXCL);
    fail(path, error);
  }
  ::tcflush(port_.get(), TCIOFLUSH);
}

// What still lies there is stale: a frame of the board, or a key that it has not taken.
SerialPort::~SerialPort() {
  ::tcflush(port_.get(), TCIOFLUSH);
  ::tcsetattr(port_.get(), TCSANOW, &before_);
  ::ioctl(port_.get(), TIOCNXCL);
}

Descriptor SerialPort::descriptor() const {
  Descriptor other(::fcntl(port_.get(), F_DUPFD_CLOEXEC, 0));
  if (!other.is_open()) fail(path_, errno);
  return other;
}

SerialDevice::SerialDevice(const std::string& path, const PanelLimits& limits)
    : SerialPort(path), PanelDevice(descriptor(), limits) {
  connect();
}

}  // namespace sesame
