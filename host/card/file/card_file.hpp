// Virtual cards as files: hw-profiles/cards/*.toml. Test keys and made-up PANs only.
//
//     title = "A Sésame card"
//     pan = "5413330000000019"      # 12 to 19 digits
//     psn = "00"                    # two digits
//     pin = "1234"                  # 4 to 12 digits
//     try_limit = 3                 # 1 to 15; default 3
//     atr = "3B6500002063CB6A00"
//     warm_atr = "…"                # optional: what a warm reset answers, where it differs
//     protocol = "T=0"              # or T=1; every ATR must offer it
//     language = "fren"             # 5F2D: up to 4 codes of two letters; default none
//     pse = true                    # 1PAY.SYS.DDF01; default false
//
//     [[applications]]              # 1 to 16
//     aid = "A0000000048002"        # 5 to 16 bytes, each once
//     label = "SecureCode Aut"      # 50: 1 to 16 letters, digits, blanks; optional unless in the PSE
//     priority = 1                  # 87: 1 to 15; optional
//     in_directory = true           # listed in the PSE, where there is one; default true
//     aip = "1000"
//     pdol = "9F3501"               # optional; asks for at most 252 bytes
//     cdol1 = "9F0206 …"            # both ask for at most 255 bytes
//     cdol2 = "8A02 …"
//     iaf = "00"                    # 9F55, 1 to 32 bytes; optional
//     ipb = "80 00FF …"             # 9F56; optional; at most as long as [PSN] CID ATC AC IAD; PSN by the IAF
//     answer_format = 2             # of GET PROCESSING OPTIONS and GENERATE AC: 1 or 2; default 2
//     needs_pin = true              # no ARQC without a right PIN; default true
//     discretionary = ["9F55"]      # the tags in BF0C of the FCI; optional
//     records = [                   # in the order of the AFL, at most 253 bytes of content each
//       { sfi = 1, record = 1, tags = ["5A", "5F34", "8C", "8D", "9F56"] },
//     ]
//     [applications.data]           # further data objects, by tag; {pan} stands for the digits of the PAN
//     57 = "{pan}D49122010000000000000F"
//     [applications.cryptogram]
//     scheme = "cvn18"              # the names of keys::Scheme
//     imk = "…"                     # 16 bytes: the issuer's key, from which the card's is derived; or
//     mk = "…"                      # 16 bytes: the card's own
//     option = "B"                  # with imk: A or B, or C for ccd-aes; default: the scheme's
//     tree = "4/8"                  # with scheme tree, and only there: B/H or B/H/IV
//     mac_input = "list"            # or cdol; default: cdol for ccd-3des and ccd-aes, else list
//     iad = "060112{cvr}"           # 1 to 32 bytes, with {cvr} and {counters} at most once each
//     cvr = { format = "visa", template = "03A48000" }     # visa 4 bytes, mchip 6, ccd 5
//     mac_cvr = { … }               # where the CVR under the MAC is another than the one in the IAD
//     counters = "…"                # 8 bytes, for cvn17, cvn21 and {counters}, and only there
//
//     [behavior]                    # what EMV leaves to the card, for all applications: card_behavior.hpp
//
// Hexadecimal may have blanks. Whatever is given must be named by a record or by BF0C, and whatever these
// name must be given; a record must hold 8C. The schemes and the formats of their CVR, in the IAD and under
// the MAC:
//
//     cvn10                      visa             visa
//     cvn18                      visa             (the whole IAD)
//     cvn16 cvn17 cvn20 cvn21    mchip            mchip
//     tree                       visa or mchip    mchip
//     ccd-3des ccd-aes           ccd              (the whole IAD)
#pragma once

#include <string_view>

#include "host/card/file/issued.hpp"
#include "host/card/personalization.hpp"

namespace sesame::card {

// A shipped card by its name, or a file by its path (names_a_path()). The card's name is the
// file's, without .toml. What is wrong with the file is a Failure (Failure::invalid): "FILE:LINE: what;
// what is allowed", which repeats neither PIN nor key. `data` of an application has 9F55, 9F56 and
// what the file's data has.
card::Personalization load_card(std::string_view name_or_path, const Issued& issued = {});

// The same of a text; `file` is what messages call it.
card::Personalization read_card(std::string_view text, std::string_view file, const Issued& issued = {});

}  // namespace sesame::card
