# SPDX-License-Identifier: Apache-2.0
# GCC 12 and clang 19 are both warning-free. A forgotten enumerator and a forgotten field are errors even
# where other warnings are not: the compiler is how a new table row finds the places that owe it an answer.
add_compile_options(-Wall -Wextra -Wconversion -Wsign-conversion -Werror=switch -Werror=missing-field-initializers)
add_compile_options(-fno-strict-aliasing)  # packets and map values are read as what the program says they are
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Werror=missing-designated-field-initializers>)
  # libstdc++ 12's own std::stable_sort uses what it marks as deprecated, and clang says so at each use.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-deprecated-declarations>)
endif()
if(SKEP_WERROR)
  add_compile_options(-Werror)
endif()
