// The data elements that a CAP dialogue meets: EMV 4.3 Book 3, annex A; and those outside EMV as they
// were seen on cards (9F55, 9F56, DF07, DF20, DF21).
#pragma once

#include "firmware/core/emv/tlv.hpp"

namespace sesame::emv::tag {

inline constexpr Tag aid = 0x4F;
inline constexpr Tag application_label = 0x50;
inline constexpr Tag track2 = 0x57;
inline constexpr Tag pan = 0x5A;
inline constexpr Tag application_template = 0x61;
inline constexpr Tag fci = 0x6F;
inline constexpr Tag record_template = 0x70;
inline constexpr Tag response_format2 = 0x77;
inline constexpr Tag response_format1 = 0x80;
inline constexpr Tag aip = 0x82;
inline constexpr Tag command_template = 0x83;
inline constexpr Tag df_name = 0x84;
inline constexpr Tag priority = 0x87;
inline constexpr Tag sfi = 0x88;
inline constexpr Tag authorisation_response_code = 0x8A;
inline constexpr Tag cdol1 = 0x8C;
inline constexpr Tag cdol2 = 0x8D;
inline constexpr Tag cvm_list = 0x8E;
inline constexpr Tag issuer_authentication_data = 0x91;
inline constexpr Tag afl = 0x94;
inline constexpr Tag tvr = 0x95;
inline constexpr Tag transaction_date = 0x9A;
inline constexpr Tag transaction_type = 0x9C;
inline constexpr Tag fci_proprietary = 0xA5;
inline constexpr Tag cardholder_name = 0x5F20;
inline constexpr Tag expiration_date = 0x5F24;
inline constexpr Tag effective_date = 0x5F25;
inline constexpr Tag issuer_country = 0x5F28;
inline constexpr Tag transaction_currency = 0x5F2A;
inline constexpr Tag cardholder_nationality = 0x5F2C;  // "Belgian" is read from it
inline constexpr Tag language_preference = 0x5F2D;
inline constexpr Tag psn = 0x5F34;
inline constexpr Tag amount_authorised = 0x9F02;
inline constexpr Tag amount_other = 0x9F03;
inline constexpr Tag iad = 0x9F10;
inline constexpr Tag issuer_code_table_index = 0x9F11;
inline constexpr Tag preferred_name = 0x9F12;
inline constexpr Tag last_online_atc = 0x9F13;
inline constexpr Tag merchant_category = 0x9F15;
inline constexpr Tag pin_try_counter = 0x9F17;
inline constexpr Tag terminal_country = 0x9F1A;
inline constexpr Tag ac = 0x9F26;
inline constexpr Tag cid = 0x9F27;
inline constexpr Tag terminal_capabilities = 0x9F33;
inline constexpr Tag cvm_results = 0x9F34;
inline constexpr Tag terminal_type = 0x9F35;
inline constexpr Tag atc = 0x9F36;
inline constexpr Tag unpredictable_number = 0x9F37;
inline constexpr Tag pdol = 0x9F38;
inline constexpr Tag additional_terminal_capabilities = 0x9F40;
inline constexpr Tag data_authentication_code = 0x9F45;
inline constexpr Tag icc_dynamic_number = 0x9F4C;
inline constexpr Tag iaf = 0x9F55;
inline constexpr Tag ipb = 0x9F56;
inline constexpr Tag fci_issuer_discretionary = 0xBF0C;
inline constexpr Tag banksys = 0xDF07;
inline constexpr Tag visa_ipb = 0xDF20;
inline constexpr Tag visa_iaf = 0xDF21;
inline constexpr Tag terminal_df40 = 0xDF40;

}  // namespace sesame::emv::tag
