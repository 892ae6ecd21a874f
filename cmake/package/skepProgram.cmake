# SPDX-License-Identifier: Apache-2.0
# skep_add_program(NAME SOURCE.bpf.c [LANGUAGE C|CXX] [FLAGS flag…])
#
# Compiles an eBPF program with the newest clang there is and makes a skeleton of it. What links the library NAME may
# include it, and gets libskep:
#     skep_add_program(counter counter.bpf.c)
#     target_link_libraries(app PRIVATE counter)         # #include <counter.skel.hpp>: class counter
# LANGUAGE C makes <NAME.skel.h> over libbpf's names. FLAGS go to clang. It is made anew when the source, or a header
# that it includes, changes.
include_guard()
cmake_policy(VERSION 3.20...3.25)

set(skep_clangs "")
foreach(version RANGE 29 14 -1)
  list(APPEND skep_clangs clang-${version})
endforeach()
find_program(SKEP_CLANG NAMES ${skep_clangs} clang DOC "the clang that skep_add_program calls")

function(skep_add_program name source)
  cmake_parse_arguments(PARSE_ARGV 2 P "" "LANGUAGE" "FLAGS")
  if(P_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "skep_add_program(${name}): '${P_UNPARSED_ARGUMENTS}' is none of LANGUAGE, FLAGS")
  endif()
  if(NOT SKEP_CLANG)
    message(FATAL_ERROR "skep_add_program(${name}): no clang is installed, which compiles C to eBPF; install clang-19")
  endif()
  if(NOT P_LANGUAGE OR P_LANGUAGE STREQUAL CXX)
    set(skeleton ${name}.skel.hpp)
    set(language c++)
    set(library skep::skep)
  elseif(P_LANGUAGE STREQUAL C)
    set(skeleton ${name}.skel.h)
    set(language c)
    set(library skep::bpf)
  else()
    message(FATAL_ERROR "skep_add_program(${name}): LANGUAGE is ${P_LANGUAGE}; C and CXX are possible")
  endif()

  cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  cmake_path(GET source PARENT_PATH folder)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/skep/${name})
  file(MAKE_DIRECTORY ${out})
  set(machine "")  # <asm/types.h>, which clang does not look for when it compiles for another machine
  if(CMAKE_LIBRARY_ARCHITECTURE)
    set(machine -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
  endif()
  add_custom_command(
    OUTPUT ${out}/${name}.bpf.o
    COMMAND ${SKEP_CLANG} -target bpf -O2 -g -mcpu=v3 -I${folder} ${machine} ${P_FLAGS} -MD -MF ${out}/${name}.d
            -MT ${out}/${name}.bpf.o -c ${source} -o ${out}/${name}.bpf.o
    DEPENDS ${source} DEPFILE ${out}/${name}.d VERBATIM)
  add_custom_command(
    OUTPUT ${out}/${skeleton}
    COMMAND skep::command gen skeleton ${out}/${name}.bpf.o --lang ${language} --name ${name} -o ${out}/${skeleton}
    DEPENDS ${out}/${name}.bpf.o VERBATIM)
  add_custom_target(${name}_skeleton DEPENDS ${out}/${skeleton})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_skeleton)
  target_include_directories(${name} INTERFACE ${out})
  target_link_libraries(${name} INTERFACE ${library})
endfunction()
