#include "sim/bank/authority.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "firmware/core/bytes.hpp"
#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/document/file.hpp"
#include "host/io/durable_file.hpp"
#include "sim/http/x509.hpp"

namespace sesame::sim {

namespace {

using x509::Certificate;
using x509::Key;
using x509::require;
using Time = Authority::Time;
using Bio = std::unique_ptr<BIO, x509::Free<BIO_free_all>>;

constexpr std::chrono::hours kBefore{1};  // now a certificate is good: clocks differ

Key new_key() {
  return Key(require(EVP_PKEY_Q_keygen(x509::library(), nullptr, "EC", "P-256"), "making a key"));
}

// OpenSSL overwrites the memory of what it writes to as it frees it.
template <class Write>
Bio written(Write write) {
  Bio bio(require(BIO_new(BIO_s_mem()), "memory"));
  require(write(bio.get()), "writing");
  return bio;
}
std::string_view text_of(const Bio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}
std::string pem_of(const Certificate& certificate) {
  return std::string(text_of(written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); })));
}
SecretString pem_of(const Key& key) {
  return SecretString(text_of(written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  })));
}

Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  require(ASN1_TIME_to_tm(time, &parts), "reading a time");
  return Time(std::chrono::seconds(::timegm(&parts)));
}
Time end_of(const X509& certificate) { return time_of(X509_get0_notAfter(&certificate)); }
bool is_good_at(const X509& certificate, Time now) {
  return time_of(X509_get0_notBefore(&certificate)) <= now && now < end_of(certificate);
}

// ---- names

// As it stands in certificates, or nothing where it is no numeric address.
std::string address_of(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, name.c_str(), bytes.data()) == 1)
      return ::inet_ntop(family, bytes.data(), text.data(), text.size());
  }
  return "";
}

// RFC 1123, 2.1, with the underscore of container networks.
bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  std::size_t label = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const char c = i < name.size() ? name[i] : '.';
    if (c != '.') {
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') || ++label > 63)
        return false;
      continue;
    }
    if (label == 0 || name[i - 1] == '-' || name[i - label] == '-') return false;
    label = 0;
  }
  return true;
}

// "DNS:…" or "IP:…" (x509v3_config(5)), each once, in order.
std::vector<std::string> alternative_names(const std::vector<std::string>& names) {
  std::vector<std::string> all{"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
  for (std::string name : names) {
    if (const std::string address = address_of(name); !address.empty()) {
      // Where a server listens at all of a machine's addresses: nobody connects to that.
      if (address != "0.0.0.0" && address != "::") all.push_back("IP:" + address);
      continue;
    }
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (!is_dns_name(name))
      throw Failure(Failure::invalid,
                    "a certificate can have no such name: a DNS name or an address is needed");
    all.push_back("DNS:" + name);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

// Those, and no others.
bool is_for(const X509& certificate, const std::vector<std::string>& names) {
  const std::unique_ptr<GENERAL_NAMES, x509::Free<GENERAL_NAMES_free>> has(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!has || static_cast<std::size_t>(sk_GENERAL_NAME_num(has.get())) != names.size()) return false;
  X509* one = const_cast<X509*>(&certificate);  // which the checks only read
  return std::all_of(names.begin(), names.end(), [one](const std::string& name) {
    if (name.starts_with("IP:")) return X509_check_ip_asc(one, name.c_str() + 3, 0) == 1;
    return X509_check_host(one, name.c_str() + 4, 0, X509_CHECK_FLAG_NO_WILDCARDS, nullptr) == 1;
  });
}

// ---- certificates

struct Issuer {
  const X509* certificate = nullptr;  // none: it signs itself
  EVP_PKEY* key = nullptr;
};

struct Wanted {
  std::string common_name;
  Time from, until;
  std::vector<std::pair<int, std::string>> extensions;  // x509v3_config(5)
};

// RFC 5280, 4.1.2.2: positive, at most 20 bytes.
void number(X509* certificate, const Authority::Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random(bytes);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3F) | 0x40);
  const std::unique_ptr<BIGNUM, x509::Free<BN_free>> value(
      require(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), "making a serial number"));
  require(BN_to_ASN1_INTEGER(value.get(), X509_get_serialNumber(certificate)), "making a serial number");
}

void name(X509_NAME* name, const char* field, const std::string& value) {
  const auto* text = reinterpret_cast<const unsigned char*>(value.data());
  if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, text, static_cast<int>(value.size()), -1, 0) ==
      1)
    return;
  ERR_clear_error();
  throw Failure(Failure::invalid, "a certificate can have no such name: 1 to 64 characters are needed");
}

void set_time(ASN1_TIME* field, Time time) {
  require(ASN1_TIME_set(field, time.time_since_epoch().count()), "setting a time");
}

Certificate issued(const Wanted& wanted, EVP_PKEY* key, const Issuer& issuer,
                   const Authority::Random& random) {
  Certificate made(require(X509_new_ex(x509::library(), nullptr), "memory"));
  require(X509_set_version(made.get(), X509_VERSION_3), "setting a version");
  number(made.get(), random);
  X509_NAME* subject = X509_get_subject_name(made.get());
  name(subject, "O", "Simulator, for tests alone");
  name(subject, "CN", wanted.common_name);
  const X509* above = issuer.certificate != nullptr ? issuer.certificate : made.get();
  require(X509_set_issuer_name(made.get(), X509_get_subject_name(above)), "setting an issuer");
  set_time(X509_getm_notBefore(made.get()), wanted.from);
  set_time(X509_getm_notAfter(made.get()), wanted.until);
  require(X509_set_pubkey(made.get(), key), "setting a key");
  X509V3_CTX context;
  X509V3_set_ctx(&context, const_cast<X509*>(above), made.get(), nullptr, nullptr, 0);
  for (const auto& [kind, value] : wanted.extensions) {
    const std::unique_ptr<X509_EXTENSION, x509::Free<X509_EXTENSION_free>> extension(
        require(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), "making an extension"));
    require(X509_add_ext(made.get(), extension.get(), -1), "adding an extension");
  }
  if (X509_sign(made.get(), issuer.key, EVP_sha256()) == 0) x509::fail("signing");
  return made;
}

// What vouches for nobody else.
Wanted end_entity(const std::string& common_name, const char* usage, Time from, Time until) {
  return {common_name,
          from,
          until,
          {{NID_basic_constraints, "critical,CA:FALSE"},
           {NID_key_usage, "critical,digitalSignature"},
           {NID_ext_key_usage, usage},
           {NID_subject_key_identifier, "hash"},
           {NID_authority_key_identifier, "keyid:always"}}};
}

// ---- files

struct Paths {
  std::string certificate, key;
};
Paths paths_in(const std::string& folder, const std::string& whose) {
  const std::filesystem::path path(folder);
  return {path / (whose + ".pem"), path / (whose + "-key.pem")};
}

// A file of the owner's alone, in place of what may be there.
void keep(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());  // which a crash left
  io::create_file(beside, text);
  io::rename_file(beside, path);
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// Of what is kept, as it is used and as it is written.
struct Kept {
  Certificate certificate;
  Key key;
  std::string certificate_pem;
  SecretString key_pem;
};

Certificate certificate_at(const std::string& path) {
  const document::FileText file(path);
  return std::move(x509::read_certificates(file.text(), path).front());
}

Kept kept_at(const Paths& paths, Certificate certificate) {
  struct stat about {};
  if (::stat(paths.key.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
    throw Failure(Failure::invalid,
                  fmt::format("{}: others may read this key; chmod 600 it, and think of who has", paths.key));
  }
  const document::FileText file(paths.key);
  Kept kept{std::move(certificate), x509::read_key(file.text(), paths.key), "", SecretString(file.text())};
  kept.certificate_pem = pem_of(kept.certificate);
  if (X509_check_private_key(kept.certificate.get(), kept.key.get()) == 1) return kept;
  ERR_clear_error();
  throw Failure(Failure::invalid, fmt::format("{}: not the key of {}; without both files new ones are made",
                                              paths.key, paths.certificate));
}

// The key first: a certificate is not without its key.
Kept keep_new(const Paths& paths, Certificate certificate, Key key) {
  Kept kept{std::move(certificate), std::move(key), "", {}};
  kept.certificate_pem = pem_of(kept.certificate);
  kept.key_pem = pem_of(kept.key);
  keep(paths.key, kept.key_pem.view());
  keep(paths.certificate, kept.certificate_pem);
  return kept;
}

Kept open_authority(const Paths& paths, Time now, const Authority::Random& random) {
  if (exists(paths.certificate)) {
    Certificate certificate = certificate_at(paths.certificate);
    if (is_good_at(*certificate, now)) return kept_at(paths, std::move(certificate));
  }
  Key key = new_key();
  // One that is made anew has another name: it is another authority.
  std::array<std::uint8_t, 4> mark{};
  random(mark);
  const Wanted wanted{"Sesame TEST authority " + to_hex(Bytes(mark.data(), mark.size())),
                      now - kBefore,
                      now + Authority::kLife,
                      {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                       {NID_key_usage, "critical,keyCertSign"},
                       {NID_subject_key_identifier, "hash"},
                       {NID_authority_key_identifier, "keyid:always"}}};
  Certificate made = issued(wanted, key.get(), {nullptr, key.get()}, random);
  return keep_new(paths, std::move(made), std::move(key));
}

// Nothing where another is to be made.
std::optional<Kept> site_at(const Paths& paths, const Kept& authority, const std::vector<std::string>& names,
                            Time now) {
  if (!exists(paths.certificate)) return std::nullopt;
  try {
    Certificate certificate = certificate_at(paths.certificate);
    const bool is_ours = X509_verify(certificate.get(), authority.key.get()) == 1;
    ERR_clear_error();
    if (!is_ours || !is_good_at(*certificate, now) || !is_good_at(*certificate, now + Authority::kRenewal) ||
        !is_for(*certificate, names))
      return std::nullopt;
    return kept_at(paths, std::move(certificate));
  } catch (const Failure&) {
    return std::nullopt;  // it is damaged, and worth nothing
  }
}

Kept open_site(const Paths& paths, const Kept& authority, const std::vector<std::string>& names, Time now,
               const Authority::Random& random) {
  if (std::optional<Kept> kept = site_at(paths, authority, names, now)) return std::move(*kept);
  Wanted wanted = end_entity("Sesame bank (simulator)", "serverAuth", now - kBefore,
                             std::min<Time>(now + Authority::kSiteLife, end_of(*authority.certificate)));
  wanted.extensions.emplace_back(NID_subject_alt_name, fmt::format("{}", fmt::join(names, ",")));
  Key key = new_key();
  Certificate made = issued(wanted, key.get(), {authority.certificate.get(), authority.key.get()}, random);
  return keep_new(paths, std::move(made), std::move(key));
}

}  // namespace

Authority::Authority(const std::string& folder, const std::vector<std::string>& names, Time now,
                     Random random)
    : random_(std::move(random)) {
  const std::vector<std::string> wanted = alternative_names(names);
  Kept authority = open_authority(paths_in(folder, "authority"), now, random_);
  Kept site = open_site(paths_in(folder, "site"), authority, wanted, now, random_);
  own_ = {std::move(authority.certificate_pem), std::move(authority.key_pem)};
  site_ = {std::move(site.certificate_pem), std::move(site.key_pem)};
}

Authority::Enrolment Authority::enrol(const std::string& common_name, std::string_view pin, Time now) const {
  if (pin.empty() || pin.find('\0') != std::string_view::npos)
    throw Failure(Failure::invalid, "a certificate's file needs a PIN");
  const Certificate above = std::move(x509::read_certificates(own_.certificate, "the authority").front());
  const Key own = x509::read_key(own_.key.view(), "the authority's key");
  const Key key = new_key();
  const Time until = std::min<Time>(now + kClientLife, end_of(*above));
  const Certificate made = issued(end_entity(common_name, "clientAuth", now - kBefore, until), key.get(),
                                  {above.get(), own.get()}, random_);
  std::string text(pin);
  PKCS12* const protected_by_it =
      PKCS12_create_ex(text.c_str(), common_name.c_str(), key.get(), made.get(), nullptr, NID_aes_256_cbc,
                       NID_aes_256_cbc, kIterations, kIterations, 0, x509::library(), nullptr);
  wipe(text.data(), text.size());
  const std::unique_ptr<PKCS12, x509::Free<PKCS12_free>> file(require(protected_by_it, "making PKCS#12"));
  const Bio bio = written([&](BIO* out) { return i2d_PKCS12_bio(out, file.get()); });
  return {std::string(text_of(bio)), x509::described(*made), until};
}

}  // namespace sesame::sim
