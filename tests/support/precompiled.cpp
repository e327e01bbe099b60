// CMake precompiles the headers of a target that has a source to use them in: this one.
