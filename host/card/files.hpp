// What a card answers to SELECT and READ RECORD: built once from the personalization.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "host/card/personalization.hpp"

namespace sesame::card {

// The FCI of an application: EMV 4.3 Book 1, 11.3.4, table 45.
ByteString application_fci(const Personalization& card, const Application& application);

// Tag 94: EMV 4.3 Book 3, 10.2. Records that follow each other in one file share an entry; none takes part
// in offline data authentication.
ByteString application_file_locator(const Application& application);

// Template 70 with the data objects that the record names.
ByteString record_content(const Personalization& card, const Application& application, const Record& record);

// The payment system environment: EMV 4.3 Book 1, 12.2.
inline constexpr std::string_view kPseName = "1PAY.SYS.DDF01";
inline constexpr std::uint8_t kPseSfi = 1;
ByteString pse_fci(const Personalization& card);
// One record for each listed application, in the order of the file.
std::vector<ByteString> pse_records(const Personalization& card);

// The value of a data object that a record or the FCI names. Throws std::out_of_range where the card has
// none: the loader of card files checks it.
ByteString data_object(const Personalization& card, const Application& application, emv::Tag tag);

ByteString tlv(emv::Tag tag, Bytes value);

}  // namespace sesame::card
