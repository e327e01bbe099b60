// Certificates and keys by OpenSSL, for tls.cpp and for who makes certificates.
//
// All of it works in a library context of our own: the machine's openssl.cnf has no say.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim::x509 {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* one) const {
    free(one);
  }
};
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

OSSL_LIB_CTX* library();

// Failure (environment): "OpenSSL failed at OPERATION (its reason)".
[[noreturn]] void fail(std::string_view operation);
// What OpenSSL calls success is 1, or a pointer.
void require(int outcome, std::string_view operation);
template <class T>
T* require(T* made, std::string_view operation) {
  if (made == nullptr) fail(operation);
  return made;
}

// PEM (RFC 7468). Of certificates at least one; a key is not encrypted. Failure (invalid): "WHAT: no …".
std::vector<Certificate> read_certificates(std::string_view pem, std::string_view what);
Key read_key(std::string_view pem, std::string_view what);

// What the certificate says of its owner.
ClientCertificate described(const X509& certificate);

}  // namespace sesame::sim::x509
