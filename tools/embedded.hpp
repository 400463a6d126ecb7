// Files that are part of the program (tools/cmake/embed.cmake): they live as long as it does.
#pragma once
#include <span>
#include <string_view>

struct Embedded {
  std::string_view name, content;
};

inline Embedded embedded_file(std::string_view name, const unsigned char* bytes, std::size_t size) {
  return {
      name, {static_cast<const char*>(static_cast<const void*>(bytes)), size}
  };
}

std::span<const Embedded> embedded_www();  // tools/www
