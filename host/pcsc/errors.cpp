#include "host/pcsc/errors.hpp"

#include <array>
#include <cstdio>

namespace sesame::pcsc {

namespace {

struct Sentence {
  LONG code;
  Failure::Kind kind;
  std::string_view text;  // {} stands for the reader
  Failure::Remedy remedy = Failure::Remedy::none;
};

constexpr std::string_view kPlaceholder = "{}";

// pcsc-lite defines more codes than pcscd ever answers, as Windows does; a driver may pass on any of them.
constexpr Sentence kSentences[] = {
    // Nothing to talk to.
    {SCARD_E_NO_SERVICE, Failure::environment,
     "no PC/SC service: install and start pcscd (systemctl start pcscd.socket)"},
    {SCARD_E_SERVICE_STOPPED, Failure::environment,
     "the PC/SC service has stopped: start it again (systemctl start pcscd.socket)"},
    {SCARD_P_SHUTDOWN, Failure::environment,
     "the PC/SC service is shutting down: start it again (systemctl start pcscd.socket)"},
    {SCARD_E_SERVER_TOO_BUSY, Failure::environment,
     "the PC/SC service is too busy: close other card programs and try again"},
    {SCARD_E_SYSTEM_CANCELLED, Failure::environment,
     "the system is shutting down or logging off, and took the card away: try again afterwards"},
    {SCARD_F_COMM_ERROR, Failure::environment,
     "the connection to the PC/SC service broke: see that pcscd runs (systemctl status pcscd), and try "
     "again"},
    {SCARD_F_INTERNAL_ERROR, Failure::environment,
     "the PC/SC service met an internal error: restart it (systemctl restart pcscd)"},
    {SCARD_F_UNKNOWN_ERROR, Failure::environment,
     "the PC/SC service met an error it cannot name: look at its log (journalctl -u pcscd)"},
    {SCARD_F_WAITED_TOO_LONG, Failure::environment,
     "the PC/SC service waited too long for {}: plug the reader in again"},
    {SCARD_E_UNKNOWN_RES_MNG, Failure::environment,
     "{} answered something that the PC/SC service does not know: update the reader's driver"},
    {SCARD_E_NO_MEMORY, Failure::environment,
     "the PC/SC service has no memory left: close other programs and restart it (systemctl restart pcscd)"},
    {SCARD_W_SECURITY_VIOLATION, Failure::environment,
     "no permission to use the PC/SC service: ask for it (polkit action org.debian.pcsc-lite.access_pcsc)"},
    {SCARD_E_NO_ACCESS, Failure::environment,
     "no permission to use {}: ask for it (polkit action org.debian.pcsc-lite.access_card)"},

    // The reader.
    {SCARD_E_NO_READERS_AVAILABLE, Failure::environment,
     "no card reader: plug one in, and see that its driver is installed (libccid)"},
    {SCARD_E_UNKNOWN_READER, Failure::environment, "{} is gone or was never there: see `sesame readers`"},
    {SCARD_E_READER_UNAVAILABLE, Failure::environment, "{} was unplugged or switched off: plug it in again"},
    {SCARD_E_READER_UNSUPPORTED, Failure::environment,
     "{} has a driver that does less than PC/SC asks: use another reader"},
    {SCARD_E_DUPLICATE_READER, Failure::environment,
     "{} has the name of another reader: unplug one of them, or rename it in its reader.conf entry"},
    {SCARD_E_SHARING_VIOLATION, Failure::environment,
     "{} is in use by another program: close that program and try again"},
    {SCARD_E_NOT_READY, Failure::environment, "{} is not ready: wait a moment and try again"},
    {SCARD_E_UNSUPPORTED_FEATURE, Failure::environment,
     "{} does not do what was asked of it: use another reader", Failure::Remedy::no_pinpad},
    {SCARD_E_CANT_DISPOSE, Failure::environment, "{} cannot eject or power down its card: pull the card out"},
    {SCARD_E_TIMEOUT, Failure::environment, "{} did not answer in time: try again"},
    {SCARD_E_CANCELLED, Failure::environment, "waiting for {} was cancelled: try again"},
    {SCARD_W_CANCELLED_BY_USER, Failure::refused, "cancelled at {}: try again"},

    // The card.
    {SCARD_E_NO_SMARTCARD, Failure::environment, "no card in {}: insert it"},
    {SCARD_W_REMOVED_CARD, Failure::environment, "the card was removed from {}: insert it and try again"},
    {SCARD_W_RESET_CARD, Failure::environment,
     "another program reset the card in {}: close that program and try again"},
    {SCARD_E_NOT_TRANSACTED, Failure::environment,
     "the exchange with the card in {} broke off: insert the card again and try again"},
    {SCARD_E_COMM_DATA_LOST, Failure::environment,
     "characters were lost between {} and the card: clean the contacts and try again"},
    {SCARD_E_PROTO_MISMATCH, Failure::environment,
     "{} and the card have neither T=0 nor T=1 in common: use another reader"},
    {SCARD_W_UNRESPONSIVE_CARD, Failure::refused,
     "the card in {} does not answer: see that it is the right way round, chip first"},
    {SCARD_W_UNPOWERED_CARD, Failure::refused,
     "the card in {} has no power: pull it out, and insert it the right way round, chip first"},
    {SCARD_W_UNSUPPORTED_CARD, Failure::refused,
     "{} cannot talk to this card, by what its ATR says: use another reader or another card"},
    {SCARD_E_CARD_UNSUPPORTED, Failure::refused,
     "the card in {} is of a kind that is not supported: use another"},
    {SCARD_E_INVALID_ATR, Failure::refused,
     "the card in {} starts with an invalid ATR: clean the contacts and try again"},
    {SCARD_E_UNKNOWN_CARD, Failure::refused, "the card in {} is unknown to the PC/SC service: use another"},

    // What the card says, where a driver puts it in these words.
    {SCARD_W_WRONG_CHV, Failure::refused, "the card in {} says that the PIN is wrong: try again with care"},
    {SCARD_E_INVALID_CHV, Failure::refused,
     "the card in {} does not accept such a PIN: see what its length is"},
    {SCARD_W_CHV_BLOCKED, Failure::refused,
     "the PIN of the card in {} is blocked: have it unblocked by its bank"},
    {SCARD_W_CARD_NOT_AUTHENTICATED, Failure::refused, "the card in {} wants its PIN first: give it"},
    {SCARD_E_DIR_NOT_FOUND, Failure::refused, "the card in {} has no such application: see `sesame apps`"},
    {SCARD_E_NO_DIR, Failure::refused, "the card in {} has no such folder: use another card"},
    {SCARD_E_FILE_NOT_FOUND, Failure::refused, "the card in {} has no such file: use another card"},
    {SCARD_E_NO_FILE, Failure::refused, "that is no file of the card in {}: use another card"},
    {SCARD_E_BAD_SEEK, Failure::refused, "the file of the card in {} is shorter than that: use another card"},
    {SCARD_W_EOF, Failure::refused, "the file of the card in {} has ended: use another card"},
    {SCARD_E_WRITE_TOO_MANY, Failure::refused, "the memory of the card in {} is full: use another card"},
    {SCARD_E_ICC_INSTALLATION, Failure::refused,
     "the card in {} has no provider on this machine: install its driver"},
    {SCARD_E_ICC_CREATEORDER, Failure::refused,
     "the card in {} creates its files in another order: use another"},
    {SCARD_E_NO_SUCH_CERTIFICATE, Failure::refused,
     "the card in {} has no such certificate: use another card"},
    {SCARD_E_CERTIFICATE_UNAVAILABLE, Failure::refused,
     "the certificate of the card in {} cannot be read: insert the card again"},
    {SCARD_E_NO_KEY_CONTAINER, Failure::refused, "the card in {} has no such key: use another card"},

    // Calls that were wrong: an error in this program, or in a driver.
    {SCARD_E_INVALID_HANDLE, Failure::environment,
     "the PC/SC service no longer knows this connection to {}: try again"},
    {SCARD_E_INVALID_PARAMETER, Failure::environment,
     "the PC/SC service did not accept a call about {}: please report it"},
    {SCARD_E_INVALID_VALUE, Failure::environment,
     "the PC/SC service did not accept a value in a call about {}: please report it"},
    {SCARD_E_INVALID_TARGET, Failure::environment,
     "the configuration of {} is wrong: see its entry in /etc/reader.conf.d"},
    {SCARD_E_INSUFFICIENT_BUFFER, Failure::refused,
     "the card in {} answered more than an answer may be: use another card"},
    {SCARD_E_PCI_TOO_SMALL, Failure::environment,
     "the driver of {} wants more protocol information than there is: update it"},
};

std::string as_number(LONG code) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "0x%08lX", static_cast<unsigned long>(code) & 0xFFFFFFFFUL);
  return text.data();
}

std::string fill_in(std::string_view text, std::string_view reader) {
  std::string out(text);
  const auto place = out.find(kPlaceholder);
  if (place == std::string::npos) return out;
  const std::string name = reader.empty() ? "the reader" : "reader " + std::string(reader);
  return out.replace(place, kPlaceholder.size(), name);
}

}  // namespace

Failure failure(LONG code, std::string_view reader) {
  for (const Sentence& sentence : kSentences) {
    if (sentence.code == code) return Failure(sentence.kind, fill_in(sentence.text, reader), sentence.remedy);
  }
  return Failure(
      Failure::environment,
      fill_in("{} failed with PC/SC code " + as_number(code) + ": plug it in again and try again", reader));
}

}  // namespace sesame::pcsc
