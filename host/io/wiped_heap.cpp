// Overwrites all memory of the C++ heap as it is given back: texts, lists and trees, ours and those of
// libraries, whatever of a PIN, a key or a code they held, and copies that were left as they grew or were
// moved. A program that links this has it (replacement functions, [new.delete]); there is nothing to call.
//
// It is the one measure for what is freed. What lives on is overwritten where it ends to be needed, by its
// owner.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "firmware/core/bytes.hpp"

// The address sanitizer has its own heap, which keeps what was given back to find its use.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SESAME_OTHER_HEAP
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SESAME_OTHER_HEAP
#endif

#ifndef SESAME_OTHER_HEAP

namespace {

// libstdc++ takes it from malloc(), aligned or not. All of the block: a text need not have filled it.
void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  sesame::wipe(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

// The forms for arrays, and those that do not throw, call these.
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }

#endif
