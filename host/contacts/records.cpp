#include "host/contacts/records.hpp"

namespace sesame::contacts {

std::optional<Record> Records::take() {
  const Bytes received = stream_.received();
  if (broken_ || received.size() < 2) return std::nullopt;
  const auto record = card::iso7816::read_record(received[0], received[1]);
  stream_.take(2);
  broken_ = !record;
  return record;
}

}  // namespace sesame::contacts
