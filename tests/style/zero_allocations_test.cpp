// The walk allocates nothing (house rule 7): counted here by replacing the global operator new.
#include <cstdlib>
#include <filesystem>
#include <new>

#include "capture/source.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace {

using namespace netpeel;

u64 allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}

struct Kept {
  std::vector<u8> bytes;
  base::Frame frame;
};

// Every frame of the captures in this repository, and shapes that few captures have.
std::vector<Kept> frames() {
  std::vector<Kept> out;
  const auto keep = [&](std::vector<u8> bytes, base::Frame frame) {
    out.push_back({std::move(bytes), frame});
    out.back().frame.data = out.back().bytes.data();
  };
  for (const auto& entry : std::filesystem::directory_iterator(NETPEEL_SOURCE_DIR "/captures")) {
    const std::string path = entry.path().string();
    if (path.find(".pcap") == std::string::npos) continue;
    const auto source = capture::open_file(path);
    for (auto batch = source->next(); !batch.empty() && out.size() < 10'000;
         batch = source->next()) {
      for (const base::Frame& f : batch) keep({f.data, f.data + f.size}, f);
    }
  }
  const std::string eth = "010203040506060504030201";
  const std::string ip = "45000000000040004001000000000000 7f0000017f000001";
  for (const std::string& hex :
       {eth + "0800" +
            "4500003400004000400600007f0000017f000001 30391b5f 00000001 00000000 8002ffff 00000000 "
            "020405b4 01030307 04020000",
        eth + "0800" + "4500002100004000401100007f0000017f000001 00350035 000d0000 6865796865",
        eth + "0800" + "45000038000040004001000 07f0000017f000001 03030000 00000000" + ip +
            "0035003500080000",
        eth + "8100 0064 86dd 60000000 0018 3aff fe80000000000000000000000000000a "
              "ff020000000000000000000000000001 87000000 00000000 20010db8000000000000000000000001",
        eth + "0026 aaaa03 000000 0800 4500" + std::string(64, 'f'), std::string("45"),
        std::string("")}) {
    std::vector<u8> bytes = test::unhex(hex);
    const u32 size = u32(bytes.size());
    keep(std::move(bytes), {.size = size, .wire_size = size});
  }
  return out;
}

u64 walks(const field::Registry& registry, const std::vector<Kept>& kept, u32 times) {
  static field::Packet packet;
  u64 layers = 0;
  for (u32 i = 0; i < times; ++i) {
    packet.frame = kept[i % kept.size()].frame;
    field::walk(registry, packet);
    layers += packet.depth;
  }
  return layers;
}

field::Next wasteful(const u8*, u32 len, field::Layer& out) {
  const std::vector<u8> copy(len + 1);
  return field::accept(0, len, out);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

TEST_CASE("ten thousand walks allocate nothing") {
  const std::vector<Kept> kept = frames();
  const field::Registry& registry = test::registry();
  const u64 before = allocations;
  const u64 layers = walks(registry, kept, 10'000);
  const u64 made = allocations - before;
  CHECK(made == 0);
  CHECK(layers > 20'000);
}

TEST_CASE("a dissector that allocates is caught") {
  static constexpr field::Bind binds[]{
      {field::Space::link, 1}
  };
  static const field::Protocol bad{.name = "bad",
                                   .title = "Bad",
                                   .label = "bad",
                                   .osi = field::Osi::link,
                                   .ref = "",
                                   .about = "",
                                   .tables = {},
                                   .binds = binds,
                                   .dissect = wasteful};
  static const field::Protocol* const list[]{&proto::data, &bad};
  const field::Registry registry(list);
  std::vector<Kept> kept = frames();
  for (Kept& each : kept) each.frame.link_type = 1;
  const u64 before = allocations;
  walks(registry, kept, 100);
  const u64 made = allocations - before;
  CHECK(made >= 100);
}
