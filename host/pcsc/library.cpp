#include "host/pcsc/library.hpp"

#include "host/io/library.hpp"

namespace sesame::pcsc {

namespace {

Library load() {
  // Shared, so that pcsc-spy and the like, which are preloaded, still come in between.
  const io::Library file("libpcsclite.so.1", "PC/SC", "libpcsclite1 and pcscd", io::Library::Scope::shared);
  Library library{};
#define SESAME_FIND(name) file.find(#name, library.name)
  SESAME_FIND(SCardEstablishContext);
  SESAME_FIND(SCardReleaseContext);
  SESAME_FIND(SCardCancel);
  SESAME_FIND(SCardListReaders);
  SESAME_FIND(SCardGetStatusChange);
  SESAME_FIND(SCardConnect);
  SESAME_FIND(SCardReconnect);
  SESAME_FIND(SCardDisconnect);
  SESAME_FIND(SCardStatus);
  SESAME_FIND(SCardTransmit);
  SESAME_FIND(SCardControl);
#undef SESAME_FIND
  file.find("g_rgSCardT0Pci", library.t0);
  file.find("g_rgSCardT1Pci", library.t1);
  return library;
}

}  // namespace

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

}  // namespace sesame::pcsc
