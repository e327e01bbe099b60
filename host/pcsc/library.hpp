// The functions of PC/SC, from the library that came with this machine's pcscd: both must be of one make. It
// is loaded when a reader is first asked for, and comes with neither the program nor its package.
#pragma once

#include <winscard.h>

namespace sesame::pcsc {

struct Library {
  decltype(&::SCardEstablishContext) SCardEstablishContext;
  decltype(&::SCardReleaseContext) SCardReleaseContext;
  decltype(&::SCardCancel) SCardCancel;
  decltype(&::SCardListReaders) SCardListReaders;
  decltype(&::SCardGetStatusChange) SCardGetStatusChange;
  decltype(&::SCardConnect) SCardConnect;
  decltype(&::SCardReconnect) SCardReconnect;
  decltype(&::SCardDisconnect) SCardDisconnect;
  decltype(&::SCardStatus) SCardStatus;
  decltype(&::SCardTransmit) SCardTransmit;
  decltype(&::SCardControl) SCardControl;
  const SCARD_IO_REQUEST* t0;  // SCARD_PCI_T0
  const SCARD_IO_REQUEST* t1;
};

// Failure(Failure::environment) where it is not installed.
const Library& library();

}  // namespace sesame::pcsc
