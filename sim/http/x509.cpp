#include "sim/http/x509.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <climits>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"

namespace sesame::sim::x509 {

namespace {

using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

// Without a copy.
Bio reading(std::string_view text, std::string_view what) {
  if (text.size() > INT_MAX) throw Failure(Failure::invalid, fmt::format("{}: too long", what));
  return Bio(require(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "memory"));
}

// Where there is none OpenSSL asks at the terminal.
int no_password(char*, int, int, void*) { return -1; }

// Nothing where there is none, or several.
std::string common_name_of(const X509& certificate) {
  const X509_NAME* name = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0) return "";
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  const std::unique_ptr<unsigned char, decltype([](unsigned char* one) { OPENSSL_free(one); })> owner(text);
  return size < 0 ? "" : std::string(text, text + size);
}

std::string serial_of(const X509& certificate) {
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(
      require(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr), "reading a serial number"));
  const std::unique_ptr<char, decltype([](char* one) { OPENSSL_free(one); })> text(
      require(BN_bn2hex(number.get()), "reading a serial number"));
  return text.get();
}

}  // namespace

// It lives as long as the process: who uses it may end later than any owner that could be named here.
OSSL_LIB_CTX* library() {
  static OSSL_LIB_CTX* const context = require(OSSL_LIB_CTX_new(), "start");
  return context;
}

void fail(std::string_view operation) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  throw Failure(Failure::environment, fmt::format("OpenSSL failed at {} ({})", operation,
                                                  reason != nullptr ? reason : "for no known reason"));
}

void require(int outcome, std::string_view operation) {
  if (outcome != 1) fail(operation);
}

std::vector<Certificate> read_certificates(std::string_view pem, std::string_view what) {
  const Bio bio = reading(pem, what);
  std::vector<Certificate> all;
  for (;;) {
    X509* one = require(X509_new_ex(library(), nullptr), "memory");
    if (PEM_read_bio_X509(bio.get(), &one, no_password, nullptr) == nullptr) {
      X509_free(one);
      break;
    }
    all.emplace_back(one);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (all.empty() || !at_end) throw Failure(Failure::invalid, fmt::format("{}: no certificate in PEM", what));
  return all;
}

Key read_key(std::string_view pem, std::string_view what) {
  const Bio bio = reading(pem, what);
  Key key(PEM_read_bio_PrivateKey_ex(bio.get(), nullptr, no_password, nullptr, library(), nullptr));
  ERR_clear_error();
  if (!key) throw Failure(Failure::invalid, fmt::format("{}: no key in PEM without a password", what));
  return key;
}

ClientCertificate described(const X509& certificate) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  require(X509_digest(&certificate, EVP_sha256(), digest.data(), &size), "SHA-256");
  return {to_hex(Bytes(digest.data(), size)), common_name_of(certificate), serial_of(certificate)};
}

}  // namespace sesame::sim::x509
