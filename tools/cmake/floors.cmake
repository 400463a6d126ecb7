# netpeel_library(flow DEPENDS base field …): the library of lib/flow, made of all its .cpp files. It may include only
# its own headers and those of the libraries it names; the test `floors` reads these calls and checks every #include.
# EXTERNAL names what it links beside them.
function(netpeel_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;EXTERNAL;SOURCES" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  add_library(netpeel_${name} STATIC ${ARG_SOURCES})
  target_include_directories(netpeel_${name} PUBLIC ${PROJECT_SOURCE_DIR}/lib)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(netpeel_${name} PUBLIC netpeel_${dependency})
  endforeach()
  target_link_libraries(netpeel_${name} PUBLIC ${ARG_EXTERNAL})
endfunction()

# netpeel_hot(flow): what every packet passes. GCC, tuning for no processor in particular, clears and copies middling blocks with
# "rep stos" and "rep movs", whose start costs more than the rest; tuning changes neither what the code does nor where it runs.
function(netpeel_hot name)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_options(netpeel_${name} PRIVATE -mtune=skylake)
  endif()
endfunction()
