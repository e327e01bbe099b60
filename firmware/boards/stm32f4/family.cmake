# What the build must know of the family.
set(family_flags -mcpu=cortex-m4 -mthumb -mfloat-abi=soft)
set(family_script stm32f4.ld)
# memcpy and its like are called by code that the compiler makes only while it links.
set_source_files_properties(boards/stm32f4/memory.cpp PROPERTIES
  COMPILE_OPTIONS "-fno-lto;-fno-builtin;-fno-tree-loop-distribute-patterns")
