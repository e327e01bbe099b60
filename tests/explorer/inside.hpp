// The private members of the reader and of what it is to a computer that make, or do not make, one state
// differ from another.
//
// An explicit instantiation may name what is private ([temp.spec]), so that the firmware's headers need no
// friend.
#pragma once

#include "firmware/core/pinpad/connection.hpp"
#include "firmware/core/reader.hpp"
#include "firmware/core/signing/link.hpp"

namespace sesame::explorer::inside {

template <class Tag, auto Member>
struct Show {
  friend constexpr auto member(Tag) { return Member; }
};

// What the tag stands for, in the object.
template <class Tag>
auto& of(auto& object) {
  return object.*member(Tag{});
}

#define SESAME_SHOW(Tag, Class, name)  \
  struct Tag {                         \
    friend constexpr auto member(Tag); \
  };                                   \
  template struct Show<Tag, &Class::name>

SESAME_SHOW(InControl, Reader, control_);
SESAME_SHOW(Transaction, Reader, transaction_);
SESAME_SHOW(ReaderFault, Reader, fault_);
SESAME_SHOW(Code, Reader, code_);

SESAME_SHOW(Exchange, cap::Transaction, exchange_);
SESAME_SHOW(Sent, cap::Transaction, sent_);
SESAME_SHOW(DialogueState, cap::Transaction, state_);
SESAME_SHOW(DialogueFault, cap::Transaction, fault_);
SESAME_SHOW(Listed, cap::Transaction, directory_);
SESAME_SHOW(Unknown, cap::Transaction, unknown_tags_);
SESAME_SHOW(Aid, cap::Transaction, aid_);
SESAME_SHOW(CardLanguage, cap::Transaction, language_);
SESAME_SHOW(PdolOrAfl, cap::Transaction, pdol_or_afl_);
SESAME_SHOW(Cdol1, cap::Transaction, cdol1_);
SESAME_SHOW(Cdol2, cap::Transaction, cdol2_);
SESAME_SHOW(Records, cap::Transaction, records_);
SESAME_SHOW(Ipb, cap::Transaction, ipb_);
SESAME_SHOW(TriesLeft, cap::Transaction, tries_left_);
SESAME_SHOW(CardAnswer, cap::Transaction, answer_);
SESAME_SHOW(Iad, cap::Transaction, iad_);

SESAME_SHOW(Command, emv::T0Exchange, command_);
SESAME_SHOW(Exchanges, emv::T0Exchange, exchanges_);
SESAME_SHOW(Response, emv::T0Exchange, response_);

SESAME_SHOW(DirectoryCommand, emv::Directory, command_);
SESAME_SHOW(DirectoryEntries, emv::Directory, entries_);

SESAME_SHOW(PastRecords, emv::AflReader, past_);

SESAME_SHOW(HostNumber, pinpad::Connection, number_);
SESAME_SHOW(HostBytes, pinpad::Connection, bytes_);
SESAME_SHOW(HostOrder, pinpad::Connection, pin_);
SESAME_SHOW(HostLatest, pinpad::Connection, pin_latest_);
SESAME_SHOW(HostSw, pinpad::Connection, pin_sw_);
SESAME_SHOW(HostOutcome, pinpad::Connection, status_);
SESAME_SHOW(HostPinSent, pinpad::Connection, pin_sent_);

SESAME_SHOW(LinkText, signing::Link, text_);
SESAME_SHOW(LinkPage, signing::Link, page_);
SESAME_SHOW(LinkBegun, signing::Link, begun_);

#undef SESAME_SHOW

}  // namespace sesame::explorer::inside
