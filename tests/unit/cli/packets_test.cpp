#include "cli/packets.hpp"

#include "base/error.hpp"
#include "flow/registry.hpp"
#include "support/catch.hpp"

using namespace netpeel;

namespace {

std::string complaint(void (*body)()) {
  try {
    body();
  } catch (const base::Error& e) {
    CHECK(e.exit_code() == 2);
    return e.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("Sizes are numbers of bytes, with k, M or G") {
  CHECK(cli::size_of("--max-body", "1000") == 1000);
  CHECK(cli::size_of("--max-body", "64k") == 64 * 1024);
  CHECK(cli::size_of("--max-body", "3M") == 3 * 1024 * 1024);
  CHECK(cli::size_of("--max-body", "2g") == u64(2) << 30);
  for (const char* wrong : {"", "M", "12x", "12MB", "-1", "1.5M", "99999999999999G"}) {
    INFO(wrong);
    CHECK_THROWS_AS(cli::size_of("--max-body", wrong), base::Error);
  }
}

TEST_CASE("A rule of --as changes the registry, and a wrong one is named") {
  field::Registry registry = flow::registry();
  cli::decode_as(registry, "tcp.port==8123,http");
  CHECK(registry[registry.lookup(field::Space::tcp_port, 8123)].name == "http");
  cli::decode_as(registry, "ethertype==0x1234,ip");
  CHECK(registry[registry.lookup(field::Space::ethertype, 0x1234)].name == "ip");

  const auto wrong = [](const char* rule) {
    static const char* text;
    text = rule;
    return complaint([] {
      field::Registry fresh = flow::registry();
      cli::decode_as(fresh, text);
    });
  };
  CHECK(wrong("8080=http") == "--as does not understand \"8080=http\"");
  CHECK(wrong("port==80,http") == "--as does not know \"port\"");
  CHECK(wrong("tcp.port==70000,http") == "--as: \"70000\" is no number from 0 to 65535");
  CHECK(wrong("tcp.port==80,htpp") == "--as: there is no protocol \"htpp\"");
}
