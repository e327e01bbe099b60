// libifdsesame.so: an IFD handler, version 3, for pcscd (ifdhandler.h of pcsc-lite has the contract of each
// function). DEVICENAME is the absolute path of the socket of `sesame reader serve`, which pcscd wants to
// exist when it starts; with "unix:" in front it need not.
//
// It runs inside a root daemon: a thin bridge, without a secret, a log or a decision of its own.
extern "C" {
#include <ifdhandler.h>
#include <pcsclite.h>
#include <reader.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include "host/ifd/handler/channel.hpp"

namespace sesame::ifd {

namespace {

// ---- the readers

struct Entry {
  bool used = false;
  std::uint32_t lun = 0;
  Channel channel;
  std::array<std::uint8_t, MAX_ATR_SIZE> atr{};  // of the last reset
  std::size_t atr_size = 0;
};

Mutex table;  // of what the entries hold, but for the channels
std::array<Entry, PCSCLITE_MAX_READERS_CONTEXTS> entries;

std::uint32_t number(DWORD lun) { return static_cast<std::uint32_t>(lun); }

Entry* find_locked(DWORD lun) {
  for (Entry& entry : entries) {
    if (entry.used && entry.lun == number(lun)) return &entry;
  }
  return nullptr;
}

Entry* find(DWORD lun) {
  const std::lock_guard lock(table);
  return find_locked(lun);
}

RESPONSECODE open_channel(DWORD lun, const char* name) {
  constexpr const char* kPrefix = "unix:";
  if (name == nullptr) return IFD_COMMUNICATION_ERROR;
  if (std::strncmp(name, kPrefix, std::strlen(kPrefix)) == 0) name += std::strlen(kPrefix);
  constexpr DWORD kSlot = 0xFFFF;  // of a reader: there is one
  if ((lun & kSlot) != 0) return IFD_NO_SUCH_DEVICE;

  const std::lock_guard lock(table);
  if (find_locked(lun) != nullptr) return IFD_COMMUNICATION_ERROR;
  const auto entry = std::find_if(entries.begin(), entries.end(), [](const Entry& e) { return !e.used; });
  if (entry == entries.end() || !entry->channel.open(number(lun), name)) return IFD_COMMUNICATION_ERROR;
  entry->used = true;
  entry->lun = number(lun);
  entry->atr_size = 0;
  return IFD_SUCCESS;
}

RESPONSECODE close_channel(DWORD lun) {
  Entry* entry = find(lun);
  if (entry == nullptr) return IFD_NO_SUCH_DEVICE;
  entry->channel.close();
  const std::lock_guard lock(table);
  entry->used = false;
  return IFD_SUCCESS;
}

// ---- what comes back

RESPONSECODE code_of(Status status) {
  switch (status) {
    case Status::done: return IFD_SUCCESS;
    case Status::no_card: return IFD_ICC_NOT_PRESENT;
    case Status::mute: return IFD_RESPONSE_TIMEOUT;
    case Status::unsupported: return IFD_ERROR_NOT_SUPPORTED;
    case Status::busy:
    case Status::no_power:
    case Status::garbled: break;
  }
  return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE code_of(Channel::Outcome outcome) {
  switch (outcome) {
    case Channel::Outcome::answered: return IFD_SUCCESS;
    case Channel::Outcome::too_long: return IFD_NOT_SUPPORTED;
    case Channel::Outcome::silent: return IFD_RESPONSE_TIMEOUT;
    case Channel::Outcome::gone: break;
  }
  return IFD_COMMUNICATION_ERROR;
}

// `out` has room for `size` bytes, and `size` gets how many there are: 0 unless all is well.
RESPONSECODE ask(DWORD lun, const Request& request, std::chrono::seconds patience, UCHAR* out, DWORD& size) {
  const DWORD room = std::exchange(size, 0);
  Entry* entry = find(lun);
  if (entry == nullptr) return IFD_NO_SUCH_DEVICE;
  Message message;
  Answer answer;
  const Channel::Outcome outcome = entry->channel.ask(number(lun), request, patience, message, answer);
  if (outcome != Channel::Outcome::answered) return code_of(outcome);
  if (answer.status != Status::done) return code_of(answer.status);
  if (answer.bytes.size() > room) return IFD_ERROR_INSUFFICIENT_BUFFER;
  if (!answer.bytes.empty()) std::memcpy(out, answer.bytes.data(), answer.bytes.size());
  size = answer.bytes.size();
  return IFD_SUCCESS;
}

// ---- power

void keep_atr(DWORD lun, const UCHAR* atr, DWORD size) {
  const std::lock_guard lock(table);
  Entry* entry = find_locked(lun);
  if (entry == nullptr) return;
  if (size > 0) std::memcpy(entry->atr.data(), atr, size);
  entry->atr_size = size;
}

RESPONSECODE power_up(DWORD lun, Operation operation, UCHAR* atr, DWORD& size) {
  size = std::min<DWORD>(size, MAX_ATR_SIZE);
  const RESPONSECODE code = ask(lun, Request{operation, 0, {}}, kPatience, atr, size);
  keep_atr(lun, atr, size);
  if (code == IFD_SUCCESS && size > 0) return IFD_SUCCESS;
  return code == IFD_NO_SUCH_DEVICE ? code : IFD_ERROR_POWER_ACTION;
}

RESPONSECODE power_down(DWORD lun, DWORD& size) {
  size = 0;
  keep_atr(lun, nullptr, 0);
  Entry* entry = find(lun);
  if (entry == nullptr) return IFD_NO_SUCH_DEVICE;
  // With the connection the power went, too.
  if (!entry->channel.connected(number(lun))) return IFD_SUCCESS;
  return ask(lun, Request{Operation::power_down, 0, {}}, kPatience, nullptr, size);
}

// ---- capabilities

RESPONSECODE wait_for_news(DWORD lun, int milliseconds) {
  Entry* entry = find(lun);
  if (entry == nullptr) return IFD_NO_SUCH_DEVICE;
  entry->channel.wait(number(lun), std::chrono::milliseconds(std::max(milliseconds, 0)));
  return IFD_SUCCESS;
}

RESPONSECODE stop_waiting(DWORD lun) {
  Entry* entry = find(lun);
  if (entry == nullptr) return IFD_NO_SUCH_DEVICE;
  entry->channel.stop();
  return IFD_SUCCESS;
}

RESPONSECODE give(const void* value, std::size_t size, DWORD* length, UCHAR* out) {
  if (*length < size) return IFD_ERROR_INSUFFICIENT_BUFFER;
  *length = size;
  if (size > 0) std::memcpy(out, value, size);
  return IFD_SUCCESS;
}

RESPONSECODE give_byte(UCHAR value, DWORD* length, UCHAR* out) { return give(&value, 1, length, out); }

template <class Function>
RESPONSECODE give_function(Function* function, DWORD* length, UCHAR* out) {
  return give(&function, sizeof function, length, out);
}

RESPONSECODE give_atr(DWORD lun, DWORD* length, UCHAR* out) {
  const std::lock_guard lock(table);
  const Entry* entry = find_locked(lun);
  if (entry == nullptr) return IFD_NO_SUCH_DEVICE;
  return give(entry->atr.data(), entry->atr_size, length, out);
}

RESPONSECODE capability(DWORD lun, DWORD tag, DWORD* length, UCHAR* out) {
  switch (tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING: return give_atr(lun, length, out);
    case TAG_IFD_SIMULTANEOUS_ACCESS: return give_byte(PCSCLITE_MAX_READERS_CONTEXTS, length, out);
    case TAG_IFD_THREAD_SAFE:
    case TAG_IFD_SLOTS_NUMBER: return give_byte(1, length, out);
    case TAG_IFD_SLOT_THREAD_SAFE:
    case TAG_IFD_POLLING_THREAD_KILLABLE: return give_byte(0, length, out);
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT: return give_function(&wait_for_news, length, out);
    case TAG_IFD_STOP_POLLING_THREAD: return give_function(&stop_waiting, length, out);
    default: return IFD_ERROR_TAG;
  }
}

Bytes bytes_of(const UCHAR* data, DWORD size) {
  return data == nullptr ? Bytes() : Bytes(data, static_cast<std::size_t>(size));
}

}  // namespace

}  // namespace sesame::ifd

// ---- what pcscd calls

namespace ifd = sesame::ifd;

#pragma GCC visibility push(default)

RESPONSECODE IFDHCreateChannelByName(DWORD Lun, LPSTR DeviceName) {
  return ifd::open_channel(Lun, DeviceName);
}

// A reader is found by its name alone.
RESPONSECODE IFDHCreateChannel(DWORD, DWORD) { return IFD_NOT_SUPPORTED; }

RESPONSECODE IFDHCloseChannel(DWORD Lun) { return ifd::close_channel(Lun); }

RESPONSECODE IFDHGetCapabilities(DWORD Lun, DWORD Tag, PDWORD Length, PUCHAR Value) {
  if (Length == nullptr || Value == nullptr) return IFD_ERROR_INSUFFICIENT_BUFFER;
  return ifd::capability(Lun, Tag, Length, Value);
}

RESPONSECODE IFDHSetCapabilities(DWORD, DWORD Tag, DWORD, PUCHAR) {
  return Tag == TAG_IFD_ATR ? IFD_ERROR_VALUE_READ_ONLY : IFD_ERROR_TAG;
}

// The reader negotiates nothing: its slot has the speed it has.
RESPONSECODE IFDHSetProtocolParameters(DWORD Lun, DWORD Protocol, UCHAR, UCHAR, UCHAR, UCHAR) {
  if (ifd::find(Lun) == nullptr) return IFD_NO_SUCH_DEVICE;
  const bool known = Protocol == SCARD_PROTOCOL_T0 || Protocol == SCARD_PROTOCOL_T1;
  return known ? IFD_SUCCESS : IFD_PROTOCOL_NOT_SUPPORTED;
}

RESPONSECODE IFDHPowerICC(DWORD Lun, DWORD Action, PUCHAR Atr, PDWORD AtrLength) {
  if (Atr == nullptr || AtrLength == nullptr) return IFD_ERROR_POWER_ACTION;
  switch (Action) {
    case IFD_POWER_UP: return ifd::power_up(Lun, ifd::Operation::power_up, Atr, *AtrLength);
    case IFD_RESET: return ifd::power_up(Lun, ifd::Operation::reset, Atr, *AtrLength);
    case IFD_POWER_DOWN: return ifd::power_down(Lun, *AtrLength);
    default: *AtrLength = 0; return IFD_NOT_SUPPORTED;
  }
}

RESPONSECODE IFDHTransmitToICC(DWORD Lun, SCARD_IO_HEADER SendPci, PUCHAR TxBuffer, DWORD TxLength,
                               PUCHAR RxBuffer, PDWORD RxLength, PSCARD_IO_HEADER RecvPci) {
  if (RxBuffer == nullptr || RxLength == nullptr) return IFD_COMMUNICATION_ERROR;
  if (RecvPci != nullptr) RecvPci->Protocol = SendPci.Protocol;
  const ifd::Request request{ifd::Operation::transmit, 0, ifd::bytes_of(TxBuffer, TxLength)};
  return ifd::ask(Lun, request, ifd::kPatience, RxBuffer, *RxLength);
}

RESPONSECODE IFDHControl(DWORD Lun, DWORD dwControlCode, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer,
                         DWORD RxLength, LPDWORD pdwBytesReturned) {
  if (pdwBytesReturned == nullptr) return IFD_COMMUNICATION_ERROR;
  *pdwBytesReturned = RxBuffer == nullptr ? 0 : RxLength;
  const ifd::Request request{ifd::Operation::control, ifd::number(dwControlCode),
                             ifd::bytes_of(TxBuffer, TxLength)};
  const bool asks_for_pin = dwControlCode == ifd::kVerifyPin;
  return ifd::ask(Lun, request, asks_for_pin ? ifd::kPatienceWithPeople : ifd::kPatienceWithQuestions,
                  RxBuffer, *pdwBytesReturned);
}

RESPONSECODE IFDHICCPresence(DWORD Lun) {
  const ifd::Entry* entry = ifd::find(Lun);
  if (entry == nullptr) return IFD_NO_SUCH_DEVICE;
  return entry->channel.present() ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}

#pragma GCC visibility pop
