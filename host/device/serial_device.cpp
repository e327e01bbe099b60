#include "host/device/serial_device.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <system_error>

#include "host/failure.hpp"

namespace sesame {

namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw Failure(Exit::environment, path + ": " + std::generic_category().message(error));
}

}  // namespace

posix::Descriptor open_serial(const std::string& path) {
  posix::Descriptor port(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!port.is_open()) fail(path, errno);
  termios settings{};
  if (::tcgetattr(port.get(), &settings) != 0) {
    throw Failure(Exit::environment, path + ": not a serial port");
  }
  // Two programs would take each other's frames.
  if (::ioctl(port.get(), TIOCEXCL) != 0) fail(path, errno);
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  ::cfsetspeed(&settings, B115200);
  if (::tcsetattr(port.get(), TCSANOW, &settings) != 0) fail(path, errno);
  ::tcflush(port.get(), TCIOFLUSH);
  return port;
}

SerialDevice::SerialDevice(const std::string& path, const PanelLimits& limits)
    : PanelDevice(open_serial(path), limits), path_(path) {
  connect();
}

}  // namespace sesame
