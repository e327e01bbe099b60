// What a refusal costs is the same whatever the reason: each read and write of the store, each sync, each
// call into OpenSSL, in their order. How long that takes, tests/bench/refusals_bench.cpp measures.
#include <openssl/evp.h>
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace {

std::vector<std::string> watched;

void watch(const char* what) { watched.emplace_back(what); }

}  // namespace

extern "C" {

int __real_EVP_EncryptInit_ex2(EVP_CIPHER_CTX*, const EVP_CIPHER*, const unsigned char*, const unsigned char*,
                               const OSSL_PARAM*);
int __wrap_EVP_EncryptInit_ex2(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, const unsigned char* key,
                               const unsigned char* iv, const OSSL_PARAM* parameters) {
  watch("key to encrypt");
  return __real_EVP_EncryptInit_ex2(context, cipher, key, iv, parameters);
}
int __real_EVP_EncryptUpdate(EVP_CIPHER_CTX*, unsigned char*, int*, const unsigned char*, int);
int __wrap_EVP_EncryptUpdate(EVP_CIPHER_CTX* context, unsigned char* out, int* written,
                             const unsigned char* in, int size) {
  watch("encrypt");
  return __real_EVP_EncryptUpdate(context, out, written, in, size);
}
int __real_EVP_EncryptFinal_ex(EVP_CIPHER_CTX*, unsigned char*, int*);
int __wrap_EVP_EncryptFinal_ex(EVP_CIPHER_CTX* context, unsigned char* out, int* written) {
  watch("tag");
  return __real_EVP_EncryptFinal_ex(context, out, written);
}
int __real_EVP_DecryptInit_ex2(EVP_CIPHER_CTX*, const EVP_CIPHER*, const unsigned char*, const unsigned char*,
                               const OSSL_PARAM*);
int __wrap_EVP_DecryptInit_ex2(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, const unsigned char* key,
                               const unsigned char* iv, const OSSL_PARAM* parameters) {
  watch("key to decrypt");
  return __real_EVP_DecryptInit_ex2(context, cipher, key, iv, parameters);
}
int __real_EVP_DecryptUpdate(EVP_CIPHER_CTX*, unsigned char*, int*, const unsigned char*, int);
int __wrap_EVP_DecryptUpdate(EVP_CIPHER_CTX* context, unsigned char* out, int* written,
                             const unsigned char* in, int size) {
  watch("decrypt");
  return __real_EVP_DecryptUpdate(context, out, written, in, size);
}
int __real_EVP_DecryptFinal_ex(EVP_CIPHER_CTX*, unsigned char*, int*);
int __wrap_EVP_DecryptFinal_ex(EVP_CIPHER_CTX* context, unsigned char* out, int* written) {
  watch("check the tag");
  return __real_EVP_DecryptFinal_ex(context, out, written);
}
int __real_EVP_MAC_init(EVP_MAC_CTX*, const unsigned char*, std::size_t, const OSSL_PARAM*);
int __wrap_EVP_MAC_init(EVP_MAC_CTX* context, const unsigned char* key, std::size_t size,
                        const OSSL_PARAM* parameters) {
  watch("key of a MAC");
  return __real_EVP_MAC_init(context, key, size, parameters);
}
int __real_EVP_MAC_update(EVP_MAC_CTX*, const unsigned char*, std::size_t);
int __wrap_EVP_MAC_update(EVP_MAC_CTX* context, const unsigned char* data, std::size_t size) {
  watch("MAC");
  return __real_EVP_MAC_update(context, data, size);
}

}  // extern "C"

namespace sesame::issuer {
namespace {

using namespace test;

class WatchedRows final : public Rows {
 public:
  explicit WatchedRows(Rows& rows) : rows_(rows) {}

  std::optional<CardRow> card(CardId id) override { return watch("read a card"), rows_.card(id); }
  std::vector<CardRow> cards_of(Bytes pan_hash) override {
    return watch("read cards of a PAN"), rows_.cards_of(pan_hash);
  }
  std::vector<CardRow> cards_of(std::string_view customer) override {
    return watch("read cards of a customer"), rows_.cards_of(customer);
  }
  std::vector<CardRow> cards_from(CardId first, std::size_t most) override {
    return watch("read a page"), rows_.cards_from(first, most);
  }
  CardId next_id() override { return watch("read the last number"), rows_.next_id(); }
  void insert(const CardRow& row) override { watch("insert"), rows_.insert(row); }
  bool update(const CardRow& row, std::int64_t revision) override {
    return watch("update"), rows_.update(row, revision);
  }
  std::optional<AuditRow> last_audit() override { return watch("read the audit's end"), rows_.last_audit(); }
  std::optional<AuditRow> last_audit_of(CardId card) override {
    return watch("read a card's audit"), rows_.last_audit_of(card);
  }
  void append(const AuditRow& row) override { watch("append"), rows_.append(row); }
  std::vector<AuditRow> audit_from(std::int64_t first, std::size_t most) override {
    return watch("read a page of the audit"), rows_.audit_from(first, most);
  }
  std::optional<ByteString> value(std::string_view name) override {
    return watch("read a value"), rows_.value(name);
  }
  void set_value(std::string_view name, Bytes value) override {
    watch("set a value"), rows_.set_value(name, value);
  }

 private:
  Rows& rows_;
};

class WatchedStore final : public Store {
 public:
  explicit WatchedStore(Store& store) : store_(store) {}

  using Store::transact;
  void transact(const Work& work, Lasting lasting) override {
    watch(lasting == Lasting::synced ? "begin, to be synced" : "begin");
    store_.transact(
        [&](Rows& rows) {
          WatchedRows all(rows);
          work(all);
        },
        lasting);
    watch("commit");
  }
  std::string era() override { return store_.era(); }

 private:
  Store& store_;
};

// An issuer whose card 1 was used with ATC 5, and which has another card.
class Refusing {
 public:
  Refusing() : store_(setup_.store()), registry_(store_, root_key(), random_numbers(5)) {
    const NewCard other = new_card("5413330000000027");
    registry_.add({&other, 1}, 3);
    REQUIRE(registry_.verify(card(), codes.good(5), 4).accepted);
  }

  CardId card() const { return setup_.card(); }
  Registry& registry() { return registry_; }
  // All that is done for one refusal.
  std::vector<std::string> refuse(CardId card, const Submission& submission, Refusal why, Outcome outcome) {
    watched.clear();
    const Decision decision = registry_.verify(card, submission, 10);
    std::vector<std::string> done = std::move(watched);
    watched.clear();
    CHECK_FALSE(decision.accepted);
    CHECK(decision.refusal == why);
    if (why == Refusal::none) CHECK(decision.verdict.outcome == outcome);
    return done;
  }
  // All that is done for its audit.
  std::vector<std::string> inquire(CardId card, const Submission& submission) {
    const Decision decision = registry_.verify(card, submission, 10);
    watched.clear();
    registry_.inquire(card, submission, decision, 11);
    return std::move(watched);
  }

  Codes codes;

 private:
  IssuerWithStore setup_;
  WatchedStore store_;
  Registry registry_;
};

std::vector<std::string> sorted(std::vector<std::string> all) {
  std::sort(all.begin(), all.end());
  return all;
}

std::ptrdiff_t count(const std::vector<std::string>& all, const char* what) {
  return std::count(all.begin(), all.end(), what);
}

TEST_CASE("every refusal reads, checks, computes, writes and syncs the same, in the same order") {
  Refusing issuer;
  Registry& registry = issuer.registry();
  const CardId card = issuer.card();
  const auto submit = [&](Submission submission, Refusal why, Outcome outcome = Outcome::invalid) {
    return issuer.refuse(card, submission, why, outcome);
  };
  registry.unblock(card, 5);  // no free try
  const auto wrong = submit(issuer.codes.wrong(6), Refusal::none);
  CHECK(count(wrong, "begin") == 1);
  CHECK(count(wrong, "begin, to be synced") == 2);
  CHECK(count(wrong, "update") == 2);
  CHECK(count(wrong, "append") == 2);
  CHECK(count(wrong, "encrypt") > 0);
  registry.unblock(card, 5);
  CHECK(submit(issuer.codes.good(5), Refusal::none) == wrong);  // replayed
  CHECK(submit(issuer.codes.good(2), Refusal::none) == wrong);  // older; and the third blocks
  registry.unblock(card, 5);
  CHECK(submit(issuer.codes.good(40), Refusal::none) == wrong);  // beyond the window
  CHECK(issuer.refuse(77, issuer.codes.wrong(6), Refusal::unknown_card, {}) == wrong);
  CHECK(issuer.refuse(0, issuer.codes.wrong(6), Refusal::unknown_card, {}) == wrong);
  CHECK(issuer.refuse(77, issuer.codes.good(6), Refusal::unknown_card, {}) == wrong);
  registry.suspend(card, 6);
  CHECK(submit(issuer.codes.good(6), Refusal::suspended) == wrong);
  registry.resume(card, 6);
  PolicyChange respond_alone;
  respond_alone.modes = 0x02;
  registry.change_policy(card, respond_alone, 7);
  CHECK(submit(issuer.codes.good(6), Refusal::mode) == wrong);
  PolicyChange all;
  all.modes = 0x0F;
  registry.change_policy(card, all, 7);
  registry.unblock(card, 7);
  for (int i = 0; i < 3; ++i) submit(issuer.codes.wrong(6), Refusal::none);
  CHECK(submit(issuer.codes.good(6), Refusal::blocked) == wrong);
  registry.report_lost(card, 8);
  CHECK(submit(issuer.codes.good(6), Refusal::lost) == wrong);
}

TEST_CASE("a refusal that takes a free try does as much, some of it later") {
  Refusing issuer;
  const auto free = issuer.refuse(issuer.card(), issuer.codes.wrong(6), Refusal::none, Outcome::invalid);
  const auto counted = issuer.refuse(issuer.card(), issuer.codes.wrong(6), Refusal::none, Outcome::invalid);
  CHECK(free != counted);
  CHECK(sorted(free) == sorted(counted));
}

TEST_CASE("a submission that is no code of the card costs the same whether the card is there or not") {
  Refusing issuer;
  issuer.registry().unblock(issuer.card(), 5);
  const auto malformed = [] { return with(of(Mode::identify), "99999999999999"); };
  const auto there = issuer.refuse(issuer.card(), malformed(), Refusal::none, Outcome::format);
  CHECK(issuer.refuse(77, malformed(), Refusal::unknown_card, {}) == there);
}

TEST_CASE("what is found out after a refusal ends with one more write, whatever the card is") {
  Refusing issuer;
  for (const CardId card : {issuer.card(), CardId{77}}) {
    const auto done = issuer.inquire(card, issuer.codes.wrong(6));
    CHECK(count(done, "begin, to be synced") == 2);
    CHECK(count(done, "set a value") == 1);
    CHECK(count(done, "encrypt") > 256);
  }
}

TEST_CASE("a code of another card of the store is not accepted for one that is not there") {
  Refusing issuer;
  for (CardId card = 3; card < 40; ++card) {
    issuer.refuse(card, issuer.codes.good(6), Refusal::unknown_card, {});
  }
  CHECK(issuer.registry().verify(issuer.card(), issuer.codes.good(6), 12).accepted);
}

}  // namespace
}  // namespace sesame::issuer
