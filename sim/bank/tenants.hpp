// The banks of one process: the one that it was started for, and one for each test that asks for it, with its
// own customers, cards, clock and outbox, thrown away in one call.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/io/passing_folder.hpp"
#include "host/issuer/store/sqlite_store.hpp"
#include "sim/bank/bank.hpp"
#include "sim/bank/seed.hpp"
#include "sim/issuer/inquiries.hpp"

namespace sesame::bank {

// A clock that is the system's, or stands until it is moved.
class TenantClock {
 public:
  // `system` outlives it. `at`: what it shows now; nothing: what the system's does.
  TenantClock(std::function<Millis()> system, bool is_virtual, std::optional<Millis> at);
  TenantClock(TenantClock&& other) noexcept
      : system_(std::move(other.system_)), virtual_(other.virtual_), offset_(other.offset_.load()) {}
  TenantClock& operator=(TenantClock&&) = delete;
  Millis now() const;
  bool is_virtual() const { return virtual_; }
  // Forward alone. Of a clock that goes on: it is ahead from now on.
  void advance(Millis by) { offset_ += by; }

 private:
  std::function<Millis()> system_;
  bool virtual_;
  std::atomic<Millis> offset_;  // virtual: what it shows
};

// Where a bank keeps what it has.
struct Holdings {
  std::unique_ptr<issuer::Store> store;
  std::unique_ptr<issuer::Registry> registry;
  std::unique_ptr<Database> database;
  std::unique_ptr<keys::SealingKey> key;
  std::function<void()> discard;  // with its files, where they are not to stay
};

class Tenant {
 public:
  Tenant(std::string id, Holdings holdings, const Rules& rules, TenantClock clock, Random random,
         std::function<IssuedCertificate(const User&, Millis)> certify);
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;
  ~Tenant();

  const std::string& id() const { return id_; }
  // What its URLs begin with: empty, or "/t/ID".
  const std::string& base() const { return base_; }
  Bank& bank() { return *bank_; }
  issuer::Registry& registry() { return *holdings_.registry; }
  const keys::SealingKey& key() const { return *holdings_.key; }
  TenantClock& clock() { return clock_; }
  Millis now() const { return clock_.now(); }

  // Remembered with their cards' files, of a bank of a test: keys and PIN are in those.
  std::vector<SeededUser> plant(const Seed& seed);
  std::vector<SeededUser> planted();
  // A customer's card that the issuer has already.
  void remember(const User& user, const std::string& card_toml);
  // A customer's card that was another bank's, which has accepted codes up to this ATC.
  void adopt(const User& user, const std::string& card_toml, std::uint16_t last_atc);

 private:
  std::string id_, base_;
  Holdings holdings_;
  TenantClock clock_;
  std::unique_ptr<sim::Inquiries> inquiries_;
  std::unique_ptr<Bank> bank_;
  std::mutex mutex_;
  std::vector<SeededUser> planted_;
};

class Tenants {
 public:
  static constexpr std::string_view kDefault = "default";
  static constexpr std::size_t kMost = 1'000;

  Tenants(std::function<Millis()> system, Random random);
  ~Tenants();  // with the files of those of tests

  // Failure(Failure::refused): there are too many, or there is one of this id.
  std::shared_ptr<Tenant> add(std::string id, Holdings holdings, const Rules& rules, TenantClock clock);
  // A bank of a test, in a folder that goes with it.
  std::shared_ptr<Tenant> make(const Rules& rules, bool is_virtual, std::optional<Millis> at);
  // The bank that the process begins with, likewise.
  std::shared_ptr<Tenant> make_default(const Rules& rules);
  std::shared_ptr<Tenant> find(std::string_view id);  // none: null
  bool remove(std::string_view id);                   // false: there is none, or it is the default
  std::vector<std::shared_ptr<Tenant>> all();

  const Random& random() const { return random_; }
  std::function<IssuedCertificate(const User&, Millis)> certify;  // for those that are added after it was set

 private:
  Holdings temporary(const std::string& id);

  std::function<Millis()> system_;
  Random random_;
  std::optional<io::PassingFolder> folder_;  // once one was needed
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Tenant>, std::less<>> tenants_;
};

// A bank in a file, which is made where it is not there, of the owner's alone.
std::unique_ptr<Database> open_bank(const std::string& path, Database::Sync sync);

}  // namespace sesame::bank
