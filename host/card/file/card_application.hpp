// One application of a card file: [[applications]].
#pragma once

#include "host/card/file/issued.hpp"
#include "host/card/personalization.hpp"
#include "host/document/value.hpp"

namespace sesame::card {

// `value`: the table of the application. `card`: what stands above the applications. See
// card_file.hpp.
card::Application read_application(const document::Value& value, const card::Personalization& card,
                                   const Issued& issued);

}  // namespace sesame::card
