add_compile_options(-Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
                    -Wimplicit-fallthrough -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict)   # GCC 12 sees overlaps in "text" + std::string that cannot be (GCC bug 105651)
  add_compile_options(-Wshadow=local)  # a local variable may be called ip although a protocol is
endif()
if(NETPEEL_WERROR)
  add_compile_options(-Werror)
endif()
