// The commands of `sesame`. Each prints what was asked for on standard output, everything else on standard
// error, and throws Failure where it cannot.
#pragma once

#include "host/cli/options.hpp"

namespace sesame::cli {

void code(CodeOptions& options);    // takes the PIN out of them
void record(CodeOptions& options);  // the same; its trace is the recording
void apps(const AppsOptions& options);
void readers(const ListOptions& options);
void token(const TokenOptions& options);
void ac(const AcOptions& options);
void tlv(const HexOptions& options);
void atr(const HexOptions& options);
void profiles(const ListOptions& options);
void cards(const ListOptions& options);
void card_new(const CardNewOptions& options);
void card_show(const CardShowOptions& options);
void card_reset(const CardResetOptions& options);
void card_serve(const CardServeOptions& options);
void reader_serve(const ReaderServeOptions& options);

}  // namespace sesame::cli
