#include "host/issuer/store/libpq.hpp"

#include "host/io/library.hpp"

namespace sesame::issuer {

namespace {

Libpq load() {
  const io::Library file("libpq.so.5", "PostgreSQL", "libpq5", io::Library::Scope::own);
  Libpq library{};
#define SESAME_FIND(name) file.find(#name, library.name)
  SESAME_FIND(PQclear);
  SESAME_FIND(PQcmdStatus);
  SESAME_FIND(PQcmdTuples);
  SESAME_FIND(PQconnectdbParams);
  SESAME_FIND(PQconnectionNeedsPassword);
  SESAME_FIND(PQconninfoFree);
  SESAME_FIND(PQconninfoParse);
  SESAME_FIND(PQerrorMessage);
  SESAME_FIND(PQexec);
  SESAME_FIND(PQexecPrepared);
  SESAME_FIND(PQfinish);
  SESAME_FIND(PQgetlength);
  SESAME_FIND(PQgetvalue);
  SESAME_FIND(PQntuples);
  SESAME_FIND(PQprepare);
  SESAME_FIND(PQresultErrorField);
  SESAME_FIND(PQresultStatus);
  SESAME_FIND(PQserverVersion);
  SESAME_FIND(PQsetNoticeReceiver);
  SESAME_FIND(PQstatus);
  SESAME_FIND(PQtransactionStatus);
#undef SESAME_FIND
  return library;
}

}  // namespace

const Libpq& pq() {
  static const Libpq loaded = load();
  return loaded;
}

}  // namespace sesame::issuer
