# What the build must know of every family of STM32 with a Cortex-M4.
set(family_flags -mcpu=cortex-m4 -mthumb -mfloat-abi=soft)
# memcpy and its like are called by code that the compiler makes only while it links.
set_source_files_properties(boards/stm32/memory.cpp PROPERTIES
  COMPILE_OPTIONS "-fno-lto;-fno-builtin;-fno-tree-loop-distribute-patterns")
