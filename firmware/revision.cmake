# cmake -DSOURCE=… -DVERSION=… -DREVISION=… -DOUT=… -P revision.cmake: what an image says of the sources that it is made of,
# as a header, which is written only where that has changed. REVISION, if it is given, is what stands for the commit; a tree
# that is not as committed has a + after it.
set(revision "${REVISION}")
if(revision STREQUAL "")
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(revision unknown)
  else()
    execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes)
    if(NOT changes STREQUAL "")
      string(APPEND revision "+")
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [[// Made by firmware/revision.cmake.
#pragma once

#include <string_view>

namespace sesame::generated {

inline constexpr std::string_view kSoftware = "@VERSION@";
inline constexpr std::string_view kRevision = "@revision@";

}  // namespace sesame::generated
]] @ONLY)
