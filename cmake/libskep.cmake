# SPDX-License-Identifier: Apache-2.0
# What is installed: libskep (all layers inside, only skep.h outside), the command, headers, pkg-config, find_package.
#
# skep_library(NAME LAYER layer OBJECTS regex EXPORTS pattern… [USES library…]) makes libNAME.so of those objects of the
# layer that match and whatever they need of the layers below, exporting nothing but the patterns; and libNAME.a of
# every archive the layer reaches, less those that USES has. Both are what strangers link, so tests/install links them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
file(RELATIVE_PATH SKEP_UP /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)  # what is installed can be moved

function(skep_library name)
  cmake_parse_arguments(L "" "LAYER;OBJECTS" "EXPORTS;USES" ${ARGN})
  set(layer skep_${L_LAYER})
  set(shared ${name}_shared)
  list(JOIN L_EXPORTS ";" exports)
  file(WRITE ${CMAKE_BINARY_DIR}/${name}.map "{ global: ${exports}; local: *; };\n")
  add_library(${shared} SHARED $<FILTER:$<TARGET_OBJECTS:${layer}>,INCLUDE,${L_OBJECTS}>)
  target_link_libraries(${shared} PRIVATE ${layer} ${L_USES})
  target_link_options(${shared} PRIVATE -Wl,--version-script=${CMAKE_BINARY_DIR}/${name}.map -Wl,--gc-sections
                      -Wl,--as-needed)
  set_target_properties(${shared} PROPERTIES OUTPUT_NAME ${name} LINKER_LANGUAGE CXX VERSION ${SKEP_VERSION}
                        SOVERSION ${PROJECT_VERSION_MAJOR} INSTALL_RPATH $ORIGIN LINK_DEPENDS ${CMAKE_BINARY_DIR}/${name}.map)

  get_target_property(reach ${layer} SKEP_REACH)
  foreach(used ${L_USES})
    get_target_property(theirs ${used} SKEP_INSIDE)
    list(REMOVE_ITEM reach ${theirs})
  endforeach()
  set_target_properties(${shared} PROPERTIES SKEP_INSIDE "${reach}")
  set(script "create lib${name}.a\n")
  set(archives "")
  foreach(inside ${reach})
    string(REPLACE "/" "_" inside skep_${inside})
    get_target_property(type ${inside} TYPE)
    if(type STREQUAL STATIC_LIBRARY)
      string(APPEND script "addlib $<TARGET_FILE:${inside}>\n")
      list(APPEND archives ${inside})
    endif()
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/${name}.mri CONTENT "${script}save\nend\n")
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/lib${name}.a COMMAND ${CMAKE_AR} -M < ${CMAKE_BINARY_DIR}/${name}.mri
                     DEPENDS ${archives} ${CMAKE_BINARY_DIR}/${name}.mri WORKING_DIRECTORY ${CMAKE_BINARY_DIR} VERBATIM)
  add_custom_target(${name}_static ALL DEPENDS ${CMAKE_BINARY_DIR}/lib${name}.a)

  install(TARGETS ${shared} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES ${CMAKE_BINARY_DIR}/lib${name}.a DESTINATION ${CMAKE_INSTALL_LIBDIR})
  configure_file(cmake/package/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

skep_library(skep LAYER api OBJECTS "/c_[^/]*$" EXPORTS skep_*)
# libbpf's own names are a library of their own, so that who links libskep can link libbpf, too.
skep_library(skep_bpf LAYER familiar OBJECTS "." EXPORTS libbpf_* bpf_* btf__* btf_dump__* ring_buffer__*
             user_ring_buffer__* perf_buffer__* USES skep_shared)

install(TARGETS skep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/skep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/skep)
configure_package_config_file(cmake/package/skepConfig.cmake.in skepConfig.cmake INSTALL_DESTINATION ${package}
                              PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(skepConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/skepConfig.cmake ${CMAKE_BINARY_DIR}/skepConfigVersion.cmake
        cmake/package/skepProgram.cmake DESTINATION ${package})
