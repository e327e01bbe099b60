// One code from its options to its screen: what `code` and `record` have in common.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/cli/careful_slot.hpp"
#include "host/cli/device_choice.hpp"
#include "host/cli/make_code.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/option_groups.hpp"
#include "host/profile/reader_file.hpp"
#include "host/reader/native_reader.hpp"
#include "host/terminal/screen_printer.hpp"

namespace sesame::cli {

class CodeRun {
 public:
  // Says what is wrong with the options, before a PIN is asked for or a card touched. The options outlive it;
  // the PIN among them it takes.
  explicit CodeRun(CodeOptions& options);

  // Returns when there is a code; a Failure where there is none. The dialogue is recorded in `trace`, if that
  // is given, under the name of the command, and with something else in the place of what `masking` says.
  void make(std::string_view command, const std::optional<std::string>& trace,
            transcript::Masking::Options masking);
  // As a line, or as an object with --json, on standard output; once the trace is on the disk.
  void print() const;
  // What was recorded is on the disk.
  void sync_trace() const;
  // Its digits alone.
  std::string code() const;

  // The code that the same keys make of a recorded card. The PIN does not matter to one.
  std::string replay(const std::string& transcript) const;

 private:
  void make_here(std::string_view command, const std::optional<std::string>& trace,
                 transcript::Masking::Options masking);
  void make_in_qemu(std::string_view command, const std::optional<std::string>& trace,
                    transcript::Masking::Options masking);
  void make_on_board();
  void start_device();
  void open(const std::optional<std::string>& trace);
  void record(std::string_view command, const std::string& trace, transcript::Masking::Options masking);
  SecretString pin_for_virtual_card(const std::optional<std::string>& trace) const;
  SecretString pin_for_real_card();
  void refuse_unknown_tries() const;
  void remark_on_data();
  bool amount_typed() const;
  bool in_reader() const { return options_.reader.reader.has_value(); }
  const Device& device() const;
  const ReaderProfile& profile() const { return loaded_.profile(); }
  const Function& function() const { return profile().functions[task_.function]; }

  CodeOptions& options_;
  DeviceChoice choice_;
  profile::LoadedReader loaded_;
  Task task_;
  card::Issued issued_;  // until the card is open
  std::optional<OpenCard> card_;
  std::optional<CarefulSlot> careful_;
  std::optional<NativeReader> reader_;  // in this process; else
  std::unique_ptr<CardLine> line_;      // in QEMU: its card
  std::unique_ptr<PanelDevice> panel_;
  std::optional<std::string> signed_;  // the code of a text
  terminal::ScreenPrinter printer_;
};

}  // namespace sesame::cli
