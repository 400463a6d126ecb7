add_compile_options(-Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
                    -Wimplicit-fallthrough -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict)   # GCC 12 sees overlaps in "text" + std::string that cannot be (GCC bug 105651)
  add_compile_options(-Wshadow=local)  # a local variable may be called ip although a protocol is
endif()
if(NETPEEL_WERROR AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 15)
  message(STATUS "Warnings stay warnings: nobody has tried this code with GCC ${CMAKE_CXX_COMPILER_VERSION} yet")
elseif(NETPEEL_WERROR)
  add_compile_options(-Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What the optimiser believes of sizes differs from release to release (GCC 14 finds a vector of negative length in an
    # insert): told, but no reason to stop a build.
    add_compile_options(-Wno-error=stringop-overflow -Wno-error=stringop-overread -Wno-error=array-bounds
                        -Wno-error=maybe-uninitialized)
  endif()
endif()
