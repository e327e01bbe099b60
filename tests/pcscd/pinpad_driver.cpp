// The IFD handler behind ScriptedPinpad, loaded by a private pcscd. Its DEVICENAME is the folder it shares
// with the test: it writes `order`, and reads `answer`, `unplugged` and `nobody`.
extern "C" {  // which the header does not say itself
#include <ifdhandler.h>
}
#include <reader.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

namespace {

constexpr std::array<std::uint8_t, 9> kAtr{0x3B, 0x65, 0x00, 0x00, 0x20, 0x63, 0xCB, 0x68, 0x00};
constexpr std::array<std::uint8_t, 2> kDone{0x90, 0x00};
constexpr DWORD kVerify = SCARD_CTL_CODE(3401);
constexpr std::array<std::uint8_t, 6> kFeatures{FEATURE_VERIFY_PIN_DIRECT, 4,
                                                kVerify >> 24 & 0xFF,      kVerify >> 16 & 0xFF,
                                                kVerify >> 8 & 0xFF,       kVerify & 0xFF};

std::map<DWORD, std::string>& folders() {
  static std::map<DWORD, std::string> by_lun;
  return by_lun;
}

template <class Bytes>
RESPONSECODE give(const Bytes& bytes, PUCHAR out, DWORD room, PDWORD size) {
  if (bytes.size() > room) return IFD_ERROR_INSUFFICIENT_BUFFER;
  std::copy(bytes.begin(), bytes.end(), out);
  *size = static_cast<DWORD>(bytes.size());
  return IFD_SUCCESS;
}

bool there(DWORD lun, const char* file) {
  struct stat ignored {};
  return ::stat((folders()[lun] + file).c_str(), &ignored) == 0;
}

bool unplugged(DWORD lun) { return there(lun, "/unplugged"); }

void write_order(DWORD lun, PUCHAR bytes, DWORD size) {
  if (std::FILE* file = std::fopen((folders()[lun] + "/order").c_str(), "wb")) {
    std::fwrite(bytes, 1, size, file);
    std::fclose(file);
  }
}

DWORD read_answer(DWORD lun, PUCHAR out, DWORD room) {
  std::FILE* const file = std::fopen((folders()[lun] + "/answer").c_str(), "rb");
  if (file == nullptr) return 0;
  const std::size_t size = std::fread(out, 1, room, file);
  std::fclose(file);
  return static_cast<DWORD>(size);
}

}  // namespace

extern "C" {

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR device) {
  folders()[lun] = device;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD, DWORD) { return IFD_NOT_SUPPORTED; }
RESPONSECODE IFDHCloseChannel(DWORD) { return IFD_SUCCESS; }

RESPONSECODE IFDHGetCapabilities(DWORD, DWORD tag, PDWORD size, PUCHAR value) {
  return tag == TAG_IFD_ATR ? give(kAtr, value, *size, size) : IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetCapabilities(DWORD, DWORD, DWORD, PUCHAR) { return IFD_NOT_SUPPORTED; }
RESPONSECODE IFDHSetProtocolParameters(DWORD, DWORD, UCHAR, UCHAR, UCHAR, UCHAR) { return IFD_SUCCESS; }

RESPONSECODE IFDHPowerICC(DWORD, DWORD action, PUCHAR atr, PDWORD size) {
  if (action == IFD_POWER_DOWN) return IFD_SUCCESS;
  return give(kAtr, atr, MAX_ATR_SIZE, size);
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER, PUCHAR, DWORD, PUCHAR answer, PDWORD size,
                               PSCARD_IO_HEADER) {
  if (unplugged(lun)) return IFD_NO_SUCH_DEVICE;
  return give(kDone, answer, *size, size);
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR order, DWORD order_size, PUCHAR answer, DWORD room,
                         LPDWORD size) {
  if (code == CM_IOCTL_GET_FEATURE_REQUEST) return give(kFeatures, answer, room, size);
  if (code != kVerify) return IFD_ERROR_NOT_SUPPORTED;
  if (unplugged(lun)) return IFD_NO_SUCH_DEVICE;
  write_order(lun, order, order_size);
  while (there(lun, "/nobody")) ::usleep(10'000);
  *size = read_answer(lun, answer, room);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHICCPresence(DWORD lun) { return unplugged(lun) ? IFD_NO_SUCH_DEVICE : IFD_ICC_PRESENT; }

}  // extern "C"
