// The bank's own test authority: who vouches for its site, and for customers who log in with a certificate.
// A browser believes it where it was told to; nobody else does.
//
// All keys are of EC P-256, all certificates X.509 version 3 (RFC 5280). Whether a customer's certificate is
// still good beyond its dates is the bank's to know, by its SHA-256.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/secret.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim {

class Authority {
 public:
  using Time = std::chrono::sys_seconds;
  using Random = std::function<void(std::span<std::uint8_t>)>;  // io::system_random: for serial numbers
  using Days = std::chrono::days;

  static constexpr Days kLife{3'650};
  static constexpr Days kSiteLife{397};  // browsers believe at most 398
  static constexpr Days kClientLife{1'095};
  static constexpr Days kRenewal{30};  // before its end the site's is made anew, as the authority opens
  // Of PBKDF2 with HMAC-SHA-256 and of the key of the file's MAC: what guessing a PIN costs each time.
  static constexpr int kIterations = 100'000;

  // What is kept in the folder, which is there: authority.pem and site.pem, with authority-key.pem and
  // site-key.pem, files of the owner's alone. What is not there is made, and so is what is over or, of the
  // site, not for all of `names`: DNS names and numeric addresses, beside localhost, 127.0.0.1 and ::1. One
  // process at a time.
  //
  // Failure (invalid): a name that is none, or a file that is not what it should be; (environment): a file
  // cannot be read or written.
  Authority(const std::string& folder, const std::vector<std::string>& names, Time now, Random random);

  // PEM, for who is to believe it, and for TlsServerSettings.
  const std::string& certificate() const { return own_.certificate; }
  const std::string& site_certificate() const { return site_.certificate; }
  const SecretString& site_key() const { return site_.key; }

  // A customer's new key with its certificate. Failure (invalid): the name is empty or longer than 64
  // characters, or the PIN is empty.
  struct Enrolment {
    std::string pkcs12;  // RFC 7292: AES-256 and a MAC by the PIN; its key is nowhere else
    ClientCertificate certificate;
    Time until;
  };
  Enrolment enrol(const std::string& common_name, std::string_view pin, Time now) const;

 private:
  struct Pair {
    std::string certificate;
    SecretString key;
  };

  Random random_;
  Pair own_, site_;
};

}  // namespace sesame::sim
