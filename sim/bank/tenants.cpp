#include "sim/bank/tenants.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kTenantBytes = 8;

// Files of tests need no disk: memory, where the system has it as a folder.
std::string base_of_tests() {
  std::error_code ignored;
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                         : std::filesystem::temp_directory_path(ignored).string();
}

}  // namespace

TenantClock::TenantClock(std::function<Millis()> system, bool is_virtual, std::optional<Millis> at)
    : system_(std::move(system)),
      virtual_(is_virtual),
      offset_(is_virtual ? at.value_or(system_())
              : at       ? *at - system_()
                         : Millis{0}) {}

Millis TenantClock::now() const { return virtual_ ? offset_.load() : system_() + offset_.load(); }

std::unique_ptr<Database> open_bank(const std::string& path, Database::Sync sync) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    throw Failure(Failure::environment,
                  fmt::format("{}: cannot be opened: {}", path, std::generic_category().message(errno)));
  }
  ::close(file);
  auto database = std::make_unique<Database>(path, sync, "bank");
  make_tables(*database);
  return database;
}

Tenant::Tenant(std::string id, Holdings holdings, const Rules& rules, TenantClock clock, Random random,
               std::function<IssuedCertificate(const User&, Millis)> certify)
    : id_(std::move(id)),
      base_(id_ == Tenants::kDefault ? std::string() : "/t/" + id_),
      holdings_(std::move(holdings)),
      clock_(std::move(clock)) {
  inquiries_ = std::make_unique<sim::Inquiries>(*holdings_.registry, [this] { return clock_.now(); });
  bank_ = std::make_unique<Bank>(
      Bank::Parts{
          *holdings_.database, *holdings_.registry, *holdings_.key, std::move(random),
          [this](issuer::CardId card, issuer::Submission submission, const issuer::Decision& decision) {
            inquiries_->take(card, std::move(submission), decision);
          },
          std::move(certify)},
      rules);
}

Tenant::~Tenant() {
  bank_.reset();
  inquiries_.reset();
  const auto discard = std::move(holdings_.discard);
  holdings_.registry.reset();
  holdings_.store.reset();
  holdings_.database.reset();
  if (discard) discard();
}

std::vector<SeededUser> Tenant::plant(const Seed& seed) {
  std::vector<SeededUser> planted = bank::plant(*bank_, *holdings_.registry, seed, now());
  if (base_.empty()) return planted;
  const std::lock_guard lock(mutex_);
  planted_.insert(planted_.end(), planted.begin(), planted.end());
  return planted;
}

void Tenant::adopt(const User& user, const std::string& card_toml, std::uint16_t last_atc) {
  issuer::NewCard card = issued_card(user, card_toml);
  card.last_atc = last_atc;
  holdings_.registry->add({&card, 1}, now());
  remember(user, card_toml);
}

void Tenant::remember(const User& user, const std::string& card_toml) {
  const std::lock_guard lock(mutex_);
  planted_.push_back({user, card_toml, pin_of(card_toml)});
}

std::vector<SeededUser> Tenant::planted() {
  const std::lock_guard lock(mutex_);
  return planted_;
}

Tenants::Tenants(std::function<Millis()> system, Random random)
    : system_(std::move(system)), random_(std::move(random)) {}

Tenants::~Tenants() {
  tenants_.clear();  // before their folder
}

std::shared_ptr<Tenant> Tenants::add(std::string id, Holdings holdings, const Rules& rules,
                                     TenantClock clock) {
  auto tenant = std::make_shared<Tenant>(id, std::move(holdings), rules, std::move(clock), random_, certify);
  const std::lock_guard lock(mutex_);
  if (tenants_.size() >= kMost) throw Failure(Failure::refused, "there are as many banks as there may be");
  if (!tenants_.emplace(std::move(id), tenant).second) {
    throw Failure(Failure::refused, "there is a bank of this id");
  }
  return tenant;
}

Holdings Tenants::temporary(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    if (!folder_) folder_.emplace(base_of_tests(), "sesame-bank");
  }
  const std::string folder = folder_->path() + "/" + id;
  std::filesystem::create_directory(folder);
  Holdings holdings;
  holdings.discard = [folder] {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  };
  std::array<std::uint8_t, keys::SealingKey::size> bytes{};
  random_(bytes);
  holdings.key = std::make_unique<keys::SealingKey>(bytes);
  wipe(bytes.data(), bytes.size());
  const auto root = holdings.key->derived("issuer");
  holdings.store =
      std::make_unique<issuer::SqliteStore>(folder + "/issuer.db", issuer::SqliteStore::Open::make);
  issuer::Registry::found(*holdings.store, root, random_, system_());
  holdings.registry = std::make_unique<issuer::Registry>(*holdings.store, root, random_);
  holdings.database = open_bank(folder + "/bank.db", Database::Sync::off);
  return holdings;
}

std::shared_ptr<Tenant> Tenants::make(const Rules& rules, bool is_virtual, std::optional<Millis> at) {
  std::array<std::uint8_t, kTenantBytes> bytes{};
  random_(bytes);
  std::string id = to_hex(bytes);
  for (char& c : id) c = static_cast<char>(c >= 'A' ? c + 32 : c);
  return add(id, temporary(id), rules, TenantClock(system_, is_virtual, at));
}

std::shared_ptr<Tenant> Tenants::make_default(const Rules& rules) {
  std::string id(kDefault);
  return add(id, temporary(id), rules, TenantClock(system_, false, std::nullopt));
}

std::shared_ptr<Tenant> Tenants::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = tenants_.find(id);
  return found == tenants_.end() ? nullptr : found->second;
}

bool Tenants::remove(std::string_view id) {
  std::shared_ptr<Tenant> gone;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  const auto found = tenants_.find(id);
  if (found == tenants_.end() || id == kDefault) return false;
  gone = std::move(found->second);
  tenants_.erase(found);
  return true;
}

std::vector<std::shared_ptr<Tenant>> Tenants::all() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Tenant>> all;
  for (const auto& [id, tenant] : tenants_) all.push_back(tenant);
  return all;
}

}  // namespace sesame::bank
