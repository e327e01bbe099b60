// An issuer with a store in a folder of its own, and a card.
#pragma once

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "host/base/failure.hpp"
#include "host/issuer/store/open_store.hpp"
#include "host/issuer/store/postgresql_store.hpp"
#include "host/issuer/store/registry.hpp"
#include "host/issuer/store/sqlite_store.hpp"
#include "tests/host/issuer/code_maker.hpp"
#include "tests/support/postgresql_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::issuer::test {

inline keys::SealingKey root_key(std::uint8_t fill = 0x5A) {
  std::array<std::uint8_t, keys::SealingKey::size> bytes{};
  bytes.fill(fill);
  return keys::SealingKey{std::span<const std::uint8_t, keys::SealingKey::size>(bytes)};
}

// Another each time, and the same in every run.
inline Random random_numbers(unsigned seed = 1) {
  return [source = std::mt19937(seed)](std::span<std::uint8_t> out) mutable {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(source());
  };
}

inline NewCard new_card(std::string pan = "5413330000000019", std::string psn = "00") {
  NewCard made;
  made.customer = "alice";
  made.pan = std::move(pan);
  made.psn = std::move(psn);
  made.aid = bytes("A0000000048002");
  made.policy.record = record_of(card::load_card("sesame-card"), 0);
  return made;
}

// Codes of the Sésame card: of one ATC, of another input, of none.
class Codes {
 public:
  Submission good(std::uint16_t atc) {
    maker_.next_atc(atc);
    return with(of(Mode::identify), maker_.code(of(Mode::identify)));
  }
  Submission wrong(std::uint16_t atc) {
    maker_.next_atc(atc);
    return with(of(Mode::identify), maker_.code(respond("999")));
  }

 private:
  CodeMaker maker_{kApplications[0]};
};

// Where the tests run that take any store: SESAME_TEST_STORE=postgresql, else in an SQLite file.
inline bool on_postgresql() {
  const char* const store = std::getenv("SESAME_TEST_STORE");
  return store != nullptr && std::string_view(store) == "postgresql";
}

class IssuerWithStore {
 public:
  IssuerWithStore()
      : name_(on_postgresql() ? sesame::test::postgresql().new_database() : folder_.file("issuer.db")),
        store_(open_store(name_, Store::Open::make)) {
    Registry::found(*store_, root_key(), random_numbers(3), 1);
    registry_.emplace(*store_, root_key(), random_numbers());
    const NewCard card = new_card();
    id_ = registry_->add({&card, 1}, 2).at(0);
  }

  const std::string& name() const { return name_; }
  CardId card() const { return id_; }
  Registry& registry() { return *registry_; }
  Store& store() { return *store_; }
  // As a process that is started again.
  void reopen(std::optional<std::string> era = std::nullopt) {
    registry_.reset();
    store_.reset();
    if (on_postgresql()) {
      store_ = std::make_unique<PostgresqlStore>(name_, Store::Open::existing, std::move(era));
    } else {
      store_ = std::make_unique<SqliteStore>(name_, Store::Open::existing, nullptr, std::move(era));
    }
    registry_.emplace(*store_, root_key(), random_numbers(2));
  }
  std::size_t events(std::string_view name) {
    std::size_t count = 0;
    registry_->read_audit(0, [&](const AuditRow& row) { count += row.event == name ? 1U : 0U; });
    return count;
  }

 private:
  sesame::test::TemporaryFolder folder_;
  std::string name_;
  std::unique_ptr<Store> store_;
  std::optional<Registry> registry_;
  CardId id_ = 0;
};

}  // namespace sesame::issuer::test
