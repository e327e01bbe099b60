// The rows of a store in SQL: its schema and its statements, in what SQLite and PostgreSQL both understand.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/issuer/store/store.hpp"

namespace sesame::issuer {

class SqlRows : public Rows {
 public:
  static constexpr std::int64_t kSchema = 1;  // its version
  struct Dialect {
    std::string_view integer, bytes;  // types of 64 bits, and of bytes
    std::string_view table;           // after a table's columns
  };
  static std::string tables(const Dialect& dialect);

  std::optional<CardRow> card(CardId id) override;
  std::vector<CardRow> cards_of(Bytes pan_hash) override;
  std::vector<CardRow> cards_of(std::string_view customer) override;
  std::vector<CardRow> cards_from(CardId first, std::size_t most) override;
  CardId next_id() override;
  void insert(const CardRow& row) override;
  bool update(const CardRow& row, std::int64_t revision) override;

  std::optional<AuditRow> last_audit() override;
  std::optional<AuditRow> last_audit_of(CardId card) override;
  void append(const AuditRow& row) override;
  std::vector<AuditRow> audit_from(std::int64_t first, std::size_t most) override;

  std::optional<ByteString> value(std::string_view name) override;
  void set_value(std::string_view name, Bytes value) override;

 protected:
  using Value = std::variant<std::int64_t, std::string_view, Bytes>;
  using Values = std::vector<Value>;
  // A row that was found; its columns from 0.
  class Found {
   public:
    virtual ~Found() = default;
    virtual std::int64_t number(int column) const = 0;
    virtual ByteString bytes(int column) const = 0;
    std::string text(int column) const;
  };
  using Look = std::function<void(const Found&)>;

  // `sql`: a literal, the same at each use, in which $1, $2 and so on, in this order, are the values. How
  // many rows it has changed. Throws Failure.
  virtual std::int64_t run(const char* sql, const Values& values, const Look& look) = 0;

 private:
  template <class Row>
  std::vector<Row> rows(Row (*read)(const Found&), const char* sql, const Values& values);
};

}  // namespace sesame::issuer
