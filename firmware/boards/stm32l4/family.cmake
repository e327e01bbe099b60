# What the build must know of the family.
include(boards/stm32/shared.cmake)
set(family_script stm32l4.ld)
# Of its 1 MiB and 128 KiB: the most that an image may have, in bytes.
set(family_most_flash 65536)
set(family_most_ram 8192)
# How OpenOCD knows it, and where its flash begins. DBGMCU_CR says what keeps its clock for a debugger (RM0351, DBG).
set(family_openocd target/stm32l4x.cfg)
set(family_flash 0x08000000)
set(family_debug_control 0xE0042004)
# Read protection of level 1 (RM0351, FLASH), which can be taken back, and everything is erased then. Never of level 2.
set(family_protect "stm32l4x lock 0")
set(family_unprotect "stm32l4x unlock 0")
