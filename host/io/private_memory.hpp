// What a process does about its memory, in which PINs, keys and codes stand for as long as they are needed:
// no one else looks into it, and what was there is overwritten. (What the heap gives back: wiped_heap.cpp.)
#pragma once

#include <optional>
#include <string>

#include "host/base/secret.hpp"

namespace sesame::io {

// No core file, whatever the user's limit is, and no debugger but root's (prctl(2), PR_SET_DUMPABLE).
// Programs that are started from here may not dump either, unless they raise the limit to the little that is
// left of it. First of all.
void keep_memory_private();

// Overwrites the stack below the caller and the vector registers, where functions that have returned have
// left what they worked with: libraries, for example, that parse or print something secret. A thread does so
// before it waits for what comes next.
void wipe_stack();

// The value of a variable of the environment, which is then no more there: neither in this process, nor for
// programs that it starts. Nothing: there is no such variable. Before there is a second thread.
std::optional<SecretString> take_variable(const std::string& name);

}  // namespace sesame::io
